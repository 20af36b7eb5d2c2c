/**
 * The first thing that each published file imports (`scripts/build.ts` writes that import). Effect tells its version only since
 * 4.1, so none is compared here: an `effect` of another major version lacks this module, and the error that says so names the
 * folder of this file, which says what is needed.
 */
import "effect/http/HttpClient"
