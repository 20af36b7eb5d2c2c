/**
 * For `npm run mutation` only: leaves out single tests that take long because they do a thing very often, or that need
 * a process of their own. A mutant is tried on every test that reaches it, and one that survives on all of them.
 */
import { globalValue } from "effect/GlobalValue"
import { afterAll, beforeEach, type RunnerTestCase, type RunnerTestSuite } from "vitest"
import "./equality.js"

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
  /^a secret that a server echoes (is struck out|costs little|leaves what is none)/,
  /^the gates of accounts cost the same work/,
  /^a gate is forgotten not while it is in use/,
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
  /^against the sandbox (10,000 batched gets|give just what single gets)/,
  /^one endpoint for many inputs does everything once/,
  /^an event's entity is the API's, of every entity/,
  /^the store stays small, however much is delivered/,
  /^the sandbox's deliveries of every entity/,
  /^a delivery made for a test is of any entity/,
  /^the time limits of a download do not end it/,
  /^many accounts whose tokens are old at once/
]

const fullName = (task: RunnerTestCase | RunnerTestSuite): string =>
  task.suite === undefined || task.suite.name === "" ? task.name : `${fullName(task.suite)} ${task.name}`

// -----------------------------------------------------------------------------
// one worker thread for all files and all mutants
// -----------------------------------------------------------------------------

/** The parts of Vitest's worker that are used here. */
interface Worker {
  readonly moduleCache: Map<string, unknown>
  rpc: object
}

type Asking = (...args: ReadonlyArray<unknown>) => Promise<unknown>

// no file changes while mutants are tried: what Vite said of a module once need not be asked for again
const answers: Map<string, Promise<unknown>> = Reflect.get(globalThis, "viteAnswers") ?? new Map()
Reflect.set(globalThis, "viteAnswers", answers)

const remembering = (name: string, ask: Asking): Asking => {
  return (...args) => {
    const key = JSON.stringify([name, ...args])
    const answer = answers.get(key) ?? ask(...args)
    answers.set(key, answer)
    return answer
  }
}

const worker: Worker = Reflect.get(globalThis, "__vitest_worker__")
worker.rpc = new Proxy(worker.rpc, {
  get: (rpc, name) => {
    const method = Reflect.get(rpc, name)
    return name === "fetch" || name === "resolveId" ? remembering(name, method) : method
  }
})

// Each file gets modules of its own: what is compiled on first use is compiled by the tests of each file, and nothing is
// loaded while the mutant of the file before is in force.
for (const path of worker.moduleCache.keys()) {
  if (/\/(src|test)\//.test(path) && !/\/node_modules\//.test(path)) worker.moduleCache.delete(path)
}
// and so are the defaults of references, which Effect keeps for the whole thread
globalValue("effect/Context/defaultValueCache", () => new Map<string, unknown>()).clear()
afterAll(() => {
  const stryker: { activeMutant?: string } | undefined = Reflect.get(globalThis, "__stryker__")
  if (stryker !== undefined) delete stryker.activeMutant
})

beforeEach((context) => {
  const name = fullName(context.task as RunnerTestCase)
  if (slow.some((pattern) => pattern.test(name))) context.skip()
})
