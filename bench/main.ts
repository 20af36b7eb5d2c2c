/**
 * `npm run bench [-- --quick] [-- --json]`: side by side with the official client, on this machine, now.
 */
process.setSourceMapsEnabled(false)

import { cpus } from "node:os"
import { rewrite } from "../effect4/codemod/rewrite.js"
import { measureAccounts } from "./accounts.js"
import { type Bundle, measureBundles } from "./bundle.js"
import { measureCalls } from "./calls.js"
import { measureGarbage } from "./garbage.js"
import { isBuilt, measureImports, roots } from "./imports.js"
import { type Measured, median } from "./measure.js"
import { measurePolicy } from "./policy.js"
import { measureValidation } from "./validation.js"

const quick = process.argv.includes("--quick")
const json = process.argv.includes("--json")

interface Row {
  readonly what: string
  readonly ours: string
  readonly against: string
  readonly ratio?: number
  /** The most that is aimed for, in the row's own measure. */
  readonly aim?: { readonly text: string; readonly met: boolean }
}

/** The median over the rounds. */
const ratioOf = (one: Measured, other: Measured | undefined): number =>
  median(one.rounds.map((time, round) => time / (other?.rounds[round] ?? Number.NaN)))

const progress = (text: string) => process.stderr.write(`${text}\n`)
const micros = (value: number) => `${value.toFixed(0)} µs`
const millis = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`
const atMost = (limit: number, value: number, text: string) => ({ text: `≤ ${text}`, met: value <= limit })

progress("bundles")
const bundles = await measureBundles({ root: roots.own, adapt: (program) => program })
const effect4 = isBuilt(roots.effect4)
const bundles4 = effect4
  ? await measureBundles({ root: roots.effect4, adapt: (program) => rewrite("program.ts", program, new Set()) })
  : undefined
progress("imports")
const imports = await measureImports({ quick, root: roots.own })
const imports4 = effect4 ? await measureImports({ quick, root: roots.effect4 }) : undefined
progress("validation")
const validation = await measureValidation({ quick })
progress("garbage")
const garbage = await measureGarbage()
progress("policy")
const policy = await measurePolicy({ quick })
progress("calls")
const calls = await measureCalls({ quick })
// last: it leaves the most behind
progress("accounts")
const accounts = await measureAccounts({ quick })

/** Aims for the CPU time of a call, as parts of another contender's, by what is called. */
const aims = [
  { what: /^one deal/, name: "ours, undici", of: "official client", most: 0.5 },
  { what: /^one deal/, name: "ours, fetch", of: "official client", most: 1 },
  { what: /^one deal/, name: "ours, fetch", of: "plain fetch", most: 1.4 },
  { what: /^page/, name: "ours, undici", of: "official client", most: 0.8 },
  { what: /^page/, name: "ours, undici", of: "plain undici", most: 1.15 },
  { what: /stream$/, name: "ours, undici", of: "plain undici", most: 1.2 }
]

const rows: Array<Row> = []
for (const { measured, name } of calls) {
  const [first] = measured
  for (const contender of measured.slice(1)) {
    const own = aims.filter((aim) => aim.what.test(name) && aim.name === contender.name)
    const others = own.length > 0 ? own : [{ of: first?.name, most: undefined }]
    for (const { most, of } of others) {
      const against = measured.find((other) => other.name === of)
      const ratio = ratioOf(contender, against)
      rows.push({
        what: `CPU, ${name}: ${contender.name}`,
        ours: micros(contender.micros),
        against: `${of} ${micros(against?.micros ?? Number.NaN)}`,
        ratio,
        ...(most === undefined ? {} : { aim: atMost(most, ratio, `${most}`) })
      })
    }
  }
}
const [officialGarbage] = garbage
for (const { bytes, name } of garbage.slice(1)) {
  rows.push({
    what: `garbage of one deal: ${name}`,
    ours: kib(bytes),
    against: `official client ${kib(officialGarbage?.bytes ?? Number.NaN)}`,
    ratio: bytes / (officialGarbage?.bytes ?? Number.NaN),
    ...(name === "ours, undici" ? { aim: atMost(50 * 1024, bytes, "50 KiB") } : {})
  })
}
const bareCall = policy.find(({ name }) => name === "bare HttpClient")?.micros ?? Number.NaN
for (const { micros: time, name } of policy.filter(({ name }) => name.startsWith("the policy"))) {
  rows.push({
    what: `CPU of ${name}, above the bare HttpClient, in process`,
    ours: micros(time - bareCall),
    against: `bare HttpClient ${micros(bareCall)}`,
    ratio: time / bareCall,
    aim: atMost(15, time - bareCall, "15 µs")
  })
}
const above = ({ gzipped }: Bundle): number => gzipped - bundles.bare.gzipped
rows.push(
  {
    what: "CPU of importing all of v2, above Effect's own",
    ours: millis(imports.ours),
    against: `official ${millis(imports.official)}`,
    ratio: imports.ours / imports.official,
    aim: atMost(25, imports.ours, "25 ms")
  },
  {
    what: "CPU of importing all of v2, Effect's modules included",
    ours: millis(imports.total),
    against: `official ${millis(imports.official)}`,
    ratio: imports.total / imports.official
  },
  {
    what: "bundle of one call with Auth.apiKey alone, above bare HttpClient (min+gzip)",
    ours: kib(above(bundles.key)),
    against: `bare HttpClient ${kib(bundles.bare.gzipped)}`,
    aim: atMost(12 * 1024, above(bundles.key), "12 KiB")
  },
  {
    what: "the same with HttpLayer.layer",
    ours: kib(above(bundles.ours)),
    against: `bare HttpClient ${kib(bundles.bare.gzipped)}`
  },
  {
    what: "the same with PipedriveLive and all defaults",
    ours: kib(above(bundles.liveModule)),
    against: `bare HttpClient ${kib(bundles.bare.gzipped)}`,
    aim: atMost(20 * 1024, above(bundles.liveModule), "20 KiB")
  },
  {
    what: "what `import { Deals }` costs more than `import * as Deals`, in esbuild",
    ours: kib(bundles.live.gzipped - bundles.liveModule.gzipped),
    against: `bare HttpClient ${kib(bundles.bare.gzipped)}`,
    aim: atMost(1024, bundles.live.gzipped - bundles.liveModule.gzipped, "1 KiB")
  },
  {
    what: "bundle of one call on PipedriveLive (min+gzip)",
    ours: kib(bundles.live.gzipped),
    against: `official ${kib(bundles.official.gzipped)}`,
    ratio: bundles.live.gzipped / bundles.official.gzipped
  },
  {
    what: "bundle of all of v2 on PipedriveLive (min+gzip)",
    ours: kib(bundles.all.gzipped),
    against: `official ${kib(bundles.official.gzipped)}`,
    ratio: bundles.all.gzipped / bundles.official.gzipped
  },
  {
    what: "validation of 500 deals",
    ours: millis(validation.check),
    against: `JSON.parse ${millis(validation.parse)}`,
    ratio: validation.ratio,
    aim: atMost(0.25, validation.ratio, "0.25")
  },
  {
    what: "the same with Schema.decodeUnknownSync",
    ours: millis(validation.decode),
    against: `JSON.parse ${millis(validation.parse)}`,
    ratio: validation.decode / validation.parse
  },
  {
    what: `memory of an account that is ready but idle, of ${accounts.accounts}`,
    ours: kib(accounts.bytesPerIdleAccount),
    against: `its tokens ${kib(accounts.tokenLength)}`
  },
  {
    what: "switching to another account that is ready",
    ours: micros(accounts.switching),
    against: `one that is not ${micros(accounts.makingReady)}`
  },
  {
    what: `calls mixed up among ${accounts.calls} of random accounts`,
    ours: String(accounts.mixed),
    against: `${micros(accounts.calling)} a call`,
    aim: atMost(0, accounts.mixed, "0")
  }
)

if (imports4 !== undefined && bundles4 !== undefined) {
  const size = (key: "key" | "liveModule") => bundles4[key].gzipped - bundles4.bare.gzipped
  rows.push(
    {
      what: "for Effect 4: CPU of importing all of v2, above Effect's own",
      ours: millis(imports4.ours),
      against: `official ${millis(imports4.official)}`,
      ratio: imports4.ours / imports4.official
    },
    {
      what: "for Effect 4: CPU of importing all of v2, Effect's modules included",
      ours: millis(imports4.total),
      against: `official ${millis(imports4.official)}`,
      ratio: imports4.total / imports4.official
    },
    {
      what: "for Effect 4: bundle of one call with Auth.apiKey alone, above bare HttpClient (min+gzip)",
      ours: kib(size("key")),
      against: `bare HttpClient ${kib(bundles4.bare.gzipped)}`
    },
    {
      what: "for Effect 4: the same with PipedriveLive and all defaults",
      ours: kib(size("liveModule")),
      against: `bare HttpClient ${kib(bundles4.bare.gzipped)}`
    },
    {
      what: "for Effect 4: bundle of one call on PipedriveLive (min+gzip)",
      ours: kib(bundles4.live.gzipped),
      against: `for Effect 3 ${kib(bundles.live.gzipped)}`,
      ratio: bundles4.live.gzipped / bundles.live.gzipped
    }
  )
}

const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`

if (json) {
  console.log(
    JSON.stringify(
      { machine, quick, calls, garbage, imports, imports4, bundles, bundles4, policy, validation, accounts, rows },
      null,
      2
    )
  )
} else {
  const cells = rows.map((row) => [
    row.what,
    row.ours,
    row.against,
    row.ratio === undefined ? "" : row.ratio.toFixed(2),
    row.aim?.text ?? "",
    row.aim === undefined ? "" : row.aim.met ? "met" : "missed"
  ])
  const table = [["measure", "measured", "against", "ratio", "aim", ""], ...cells]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? []
  console.log(`${machine}${quick ? ", quick run" : ""}\n`)
  table.forEach((line, index) => {
    console.log(`| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`)
    if (index === 0) console.log(`| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`)
  })
}
