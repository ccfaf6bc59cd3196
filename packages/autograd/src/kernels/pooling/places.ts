/** What the emitted loops of max pooling say of numbers and of where they are. */

import { type FloatLanes, type IntegerLanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i64, type Value } from "../../wasm/values.js";

/** Where `other` takes the place of `best`: it is larger or NaN, but never in the place of NaN. */
export function betterOf(lanes: FloatLanes, other: Vector, best: Vector): Vector {
  return v128.andNot(lanes.eq(best, best), lanes.le(other, best));
}

/** A place in all lanes. */
export function widened(integer: IntegerLanes, place: Value<"i32">): Vector {
  return integer.splat(integer.type === "i64" ? i64.extendU(place) : place);
}

/** The two low `i32` of two `i64`. */
const lowHalves = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

/** Places as `i32`, as many as there are lanes, in the low bytes. */
export function narrowed(integer: IntegerLanes, places: Vector): Vector {
  return integer.type === "i64" ? v128.shuffle(places, places, lowHalves) : places;
}
