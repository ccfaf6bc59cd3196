/** Tiny-shakespeare and Iris. */
import type { Tensor } from "@wengert/autograd";
import { collate } from "../collate.js";
import { TensorDataset } from "../dataset.js";
import { decodeCsv } from "../formats/csv.js";
import { decodeText } from "../formats/text-file.js";
import { type FileSource, fetched, readBytes } from "../sources.js";
import { irisFile, tinyShakespeareFile } from "./files.js";

/**
 * Tiny-shakespeare: 40,000 lines of Shakespeare's plays, a million characters, 65 different ones.
 *
 * @param source as of `mnist`
 * @throws what the source throws
 */
export async function tinyShakespeare(source: FileSource = fetched()): Promise<string> {
  return decodeText(await readBytes(source(tinyShakespeareFile)), tinyShakespeareFile);
}

/** What the labels of Iris mean. */
export const irisClasses: readonly string[] = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"];

/**
 * Iris: of 150 flowers the length and width of sepal and petal in centimetres, float32 [150, 4], and the species, int32 [150],
 * 50 of each. As UCI has it: two samples (numbers 34 and 37) differ from Fisher's paper in two digits.
 *
 * @param source as of `mnist`
 * @throws what the source throws; FormatError if the file is not UCI's
 */
export async function iris(
  source: FileSource = fetched(),
): Promise<TensorDataset<readonly [measures: Tensor, species: Tensor]>> {
  const { columns } = decodeCsv(await readBytes(source(irisFile)), {
    name: irisFile.name,
    header: false,
    columns: {
      sepalLength: "float32",
      sepalWidth: "float32",
      petalLength: "float32",
      petalWidth: "float32",
      species: irisClasses,
    },
  });
  const { sepalLength, sepalWidth, petalLength, petalWidth, species } = columns;
  const measures = collate([sepalLength, sepalWidth, petalLength, petalWidth]).transpose().contiguous();
  return new TensorDataset(measures, species.ids);
}
