/**
 * The files of data sets that have a name. None of their publishers gives a SHA-256: Fashion-MNIST and CIFAR-10 come with an
 * MD5, the others with nothing. The sums here are those by which other projects have pinned the files (TensorFlow
 * Datasets, Keras, TorchVision for Ruby, MLDatasets.jl and more agree), next to the publishers' MD5 where there is one.
 */
import type { RemoteFile } from "../sources.js";

const bases = {
  mnist: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
  "fashion-mnist": [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  ],
} as const;

function idx(set: keyof typeof bases, name: string, bytes: number, sha256: string): RemoteFile {
  return { set, name, urls: bases[set].map((base) => base + name), bytes, sha256 };
}

/** Images, then labels. */
type Pair = readonly [images: RemoteFile, labels: RemoteFile];

/** Yann LeCun, Corinna Cortes, Christopher Burges: http://yann.lecun.com/exdb/mnist. */
export const mnistFiles: { readonly train: Pair; readonly test: Pair } = {
  train: [
    idx(
      "mnist",
      "train-images-idx3-ubyte.gz",
      9912422,
      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    idx(
      "mnist",
      "train-labels-idx1-ubyte.gz",
      28881,
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
  ],
  test: [
    idx(
      "mnist",
      "t10k-images-idx3-ubyte.gz",
      1648877,
      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    idx(
      "mnist",
      "t10k-labels-idx1-ubyte.gz",
      4542,
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
  ],
};

/** Han Xiao, Kashif Rasul, Roland Vollgraf (2017): https://github.com/zalandoresearch/fashion-mnist. */
export const fashionMnistFiles: { readonly train: Pair; readonly test: Pair } = {
  train: [
    idx(
      "fashion-mnist",
      "train-images-idx3-ubyte.gz",
      26421880,
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    idx(
      "fashion-mnist",
      "train-labels-idx1-ubyte.gz",
      29515,
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
  ],
  test: [
    idx(
      "fashion-mnist",
      "t10k-images-idx3-ubyte.gz",
      4422102,
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    idx(
      "fashion-mnist",
      "t10k-labels-idx1-ubyte.gz",
      5148,
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
  ],
};

/** Alex Krizhevsky (2009): https://www.cs.toronto.edu/~kriz/cifar.html. */
export const cifar10File: RemoteFile = {
  set: "cifar-10",
  name: "cifar-10-binary.tar.gz",
  urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
  bytes: 170052171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** Put together by Andrej Karpathy: https://github.com/karpathy/char-rnn. */
export const tinyShakespeareFile: RemoteFile = {
  set: "tiny-shakespeare",
  name: "input.txt",
  urls: [
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
  ],
  bytes: 1115394,
  sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
};

/** Ronald Fisher (1936), from UCI: https://doi.org/10.24432/C56C76. */
export const irisFile: RemoteFile = {
  set: "iris",
  name: "iris.data",
  urls: ["https://archive.ics.uci.edu/ml/machine-learning-databases/iris/iris.data"],
  bytes: 4551,
  sha256: "6f608b71a7317216319b4d27b4d9bc84e6abd734eda7872b71a458569e2656c0",
};
