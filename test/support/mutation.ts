/**
 * For `npm run mutation` only: leaves out single tests that take long because they do a thing very often, or that need
 * a process of their own. A mutant is tried on every test that reaches it, and one that survives on all of them.
 */
import { afterAll, beforeEach, type RunnerTestCase, type RunnerTestSuite, vi } from "vitest"

const slow: ReadonlyArray<RegExp> = [
  // esbuild, a process; the time zone, which a worker thread cannot set
  /^a bundle with an API token alone holds no OAuth2/,
  /^times a Date is no day where it is another in UTC/,
  /^waits read all three forms of HTTP's dates as GMT/,
  // thousands of runs
  /^a stream over cursors (fails rather than read a page again, however long|finds a cycle longer)/,
  /^a success without data is what its type says, or InvalidResponse: every endpoint/,
  /^the compiled check says what the decoder says/,
  /^words speak of fields, not of Schemas/,
  /^a secret that a server echoes is struck out (in every spelling|where tags)/,
  /^the limiter forgets the requests of windows that are over/,
  /^whatever a server answers /,
  /^what an input's Schema allows (and mostly sent|is accepted: .*\.(?!Pipelines|Files|Stages|Filters))/,
  /^any input at all never throws: .*\.(?!Pipelines|Files|Stages|Filters)/,
  /^limits shared through a store four limiters together keep the limit/,
  /^a server that never answers (may be waited for without end|is given up after 30 seconds)/,
  /^no rendering of anything .* in body and headers/,
  /^an account (never mixes with another: 2,000 calls|nor do 100,000 requests)/,
  /^any history of expiry/,
  /^a thousand at once /,
  /^an account keeps within Pipedrive's limits by default/,
  /^the name of a download is safe to write to disk/,
  /^fixed credentials go over http only to this machine/,
  /^laws of the codec /,
  /^the OAuth server (whose answer is not its JSON|behind a transport that neither ends)/,
  /^many accounts whose tokens are old at once/
]

const fullName = (task: RunnerTestCase | RunnerTestSuite): string =>
  task.suite === undefined || task.suite.name === "" ? task.name : `${fullName(task.suite)} ${task.name}`

// One worker thread runs all files and all mutants. Each file gets modules of its own, so that what is made on first
// use is made by each file's tests, and none of them is loaded while the mutant of the file before is in force.
vi.resetModules()
afterAll(() => {
  const stryker: { activeMutant?: string } | undefined = Reflect.get(globalThis, "__stryker__")
  if (stryker !== undefined) delete stryker.activeMutant
})

beforeEach((context) => {
  const name = fullName(context.task as RunnerTestCase)
  if (slow.some((pattern) => pattern.test(name))) context.skip()
})
