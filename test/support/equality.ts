/**
 * What `assert.deepStrictEqual` takes for equal. By itself it holds each `Option.none()` for equal to each `Option.some(...)`: where
 * two things have different numbers of fields it compares what they iterate over, and a yieldable shows nothing there.
 */
import * as Option from "effect/Option"
import { chai } from "vitest"

const comparator = (a: unknown, b: unknown): boolean | null =>
  Option.isOption(a) && Option.isOption(b) && a._tag !== b._tag ? false : null

chai.config.deepEqual = (a: unknown, b: unknown) => chai.util.eql(a, b, { comparator })
