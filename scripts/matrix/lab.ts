/**
 * Where the cells of the matrix are run: scratch folders, the packed package of both lines, tools from npm, and a project for
 * each line that has installed what its page says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { entries, manifest, pack } from "../../test/support/packed.js"
import { type Finished, type Options, run } from "../../test/support/process.js"

export interface Cell {
  readonly table: string
  readonly row: string
  readonly column: string
  /** Says in a word what came of it; throws where that is wrong. */
  readonly run: (lab: Lab) => Promise<string>
}

/** The release lines, by the Effect that each is for. */
export const lines = [3, 4] as const

export type Effect = (typeof lines)[number]

/** A release line, packed, and what its users are told. */
export interface Line {
  readonly tarball: string
  /** Every file in the tarball. */
  readonly files: ReadonlyArray<string>
  /** The entry points, as a program names them. */
  readonly entries: ReadonlyArray<string>
  readonly install: InstallLines
  /** The first program of its README. */
  readonly readme: string
  /** Right and wrong uses of its types. */
  readonly uses: string
  /** The types of the oldest Node that it is for. */
  readonly nodeTypes: string
}

export interface Lab {
  /** A line, built and packed once for all cells. */
  readonly line: (effect: Effect) => Promise<Line>
  /** A folder of its own, with files. */
  readonly folder: (name: string, files?: Readonly<Record<string, string>>) => string
  readonly write: (folder: string, files: Readonly<Record<string, string>>) => void
  /** The folder in which packages from npm were installed; once for all cells. */
  readonly tool: (...packages: ReadonlyArray<string>) => Promise<string>
  /** A project that npm has installed by the install lines; once for all cells. */
  readonly project: (effect: Effect) => Promise<string>
  /** A Node of this version, by the binaries that npm has. */
  readonly node: (version: string) => Promise<string>
  readonly remove: () => void
}

/** What cannot be had here; the cell is left out, and says why. */
export class Missing extends Error {}

const passed = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|(https?|no)_proxy|PIPEDRIVE_TEST_\w+)$/i
let registry: string | undefined

const environment = async (): Promise<Record<string, string>> => {
  registry ??= (await run("npm", ["config", "get", "registry"])).stdout.trim()
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    passed.test(name) && value !== undefined ? [[name, value] as const] : []
  )
  return {
    ...Object.fromEntries(kept),
    CI: "true",
    NO_COLOR: "1",
    npm_config_registry: registry,
    npm_config_update_notifier: "false",
    BUN_CONFIG_REGISTRY: registry,
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_ENABLE_TELEMETRY: "0",
    YARN_ENABLE_IMMUTABLE_INSTALLS: "false"
  }
}

/** Runs a command; fails, with all that it said, where its status is another. */
export const sh = async (
  command: string,
  args: ReadonlyArray<string>,
  options: Options & { readonly status?: number | "any" } = {}
): Promise<Finished> => {
  const finished = await run(command, args, { ...options, env: { ...(await environment()), ...options.env } })
  if (options.status !== "any" && finished.status !== (options.status ?? 0)) {
    throw new Error(`${[command, ...args].join(" ")}\n${finished.output.slice(-4000)}`)
  }
  return finished
}

export const equal = (got: string, wanted: string): void => {
  if (got.trim() !== wanted) throw new Error(`said: ${got}\nwanted: ${wanted}`)
}

/** The configuration of a consumer's compiler, strict, with the declarations of libraries checked. */
export const configuration = (files: ReadonlyArray<string>, options: object): string =>
  JSON.stringify({
    compilerOptions: {
      target: "es2022",
      lib: ["es2022", "dom", "dom.iterable"],
      types: ["node"],
      strict: true,
      skipLibCheck: false,
      declaration: true,
      outDir: "out",
      ...options
    },
    files
  })

/** Install lines, as `npm install` has them: the first one, and one for each optional part. */
export interface InstallLines {
  readonly first: ReadonlyArray<string>
  readonly more: ReadonlyArray<{
    readonly packages: ReadonlyArray<string>
    readonly dev: boolean
    readonly yarn: ReadonlyArray<string>
  }>
}

const installLines = (file: string, start: string, least: number): InstallLines => {
  const text = readFileSync(file, "utf8")
  const [, first = ""] = new RegExp(`\`\`\`sh\\nnpm install (${start} .*)\\n\`\`\``).exec(text) ?? []
  const more = Array.from(text.matchAll(/^\| .* \| `npm install ([^`]+)`(.*)\|$/gm), ([, line = "", rest = ""]) => ({
    packages: line.split(" ").filter((word) => !word.startsWith("--")),
    dev: line.includes("--save-dev"),
    yarn: (/with Yarn .*?`([^`]+)`/.exec(rest)?.[1] ?? "").split(" ").filter((word) => word !== "")
  })).filter(({ packages }) => !packages.some((name) => /^effect-pipedrive\b/.test(name)))
  if (first === "" || more.length < least) throw new Error(`the install lines of ${file} are not found`)
  return { first: first.split(" "), more }
}

const firstProgram = (file: string): string => /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(file, "utf8"))?.[1] ?? ""

/** One version of each package that those lines name, without `effect-pipedrive`. */
const packages = ({ first, more }: InstallLines): ReadonlyArray<string> => [
  ...new Set([...first.slice(1), ...more.flatMap((line) => line.packages)])
]

const names = (entries: ReadonlyArray<readonly [entry: string, declarations: string]>): ReadonlyArray<string> =>
  entries.map(([entry]) => entry.replace(".", "effect-pipedrive"))

/** The Effect 4 edition, in the folder that `npm run effect4` writes. */
const packFour = async (to: string): Promise<Line> => {
  const root = resolve("effect4/build")
  await sh(process.execPath, [resolve("node_modules/tsx/dist/cli.mjs"), "effect4/build.ts", "--package"])
  const { stdout } = await sh("npm", ["pack", "--json", "--pack-destination", to], { cwd: root })
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: Array<{ path: string }> }]
  return {
    tarball: join(to, packed.filename),
    files: packed.files.map(({ path }) => path),
    entries: names(entries({ root })),
    install: installLines("docs/effect-versions.md", "effect-pipedrive@effect-4", 2),
    readme: firstProgram(join(root, "README.md")),
    uses: readFileSync(join(root, "test/types/entryPoints.ts"), "utf8"),
    nodeTypes: "@types/node@22"
  }
}

export const open = async (): Promise<Lab> => {
  const root = mkdtempSync(join(tmpdir(), "effect-pipedrive-matrix-"))
  let folders = 0
  const write = (folder: string, files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
  }
  const folder: Lab["folder"] = (name, files = {}) => {
    const made = join(root, `${++folders}-${name.replaceAll(/[^\w.-]+/g, "-")}`)
    mkdirSync(made)
    write(made, { "package.json": JSON.stringify({ name: "consumer", private: true, type: "module" }), ...files })
    return made
  }
  const once = new Map<string, Promise<string>>()
  const installed = (name: string, args: ReadonlyArray<string>) => {
    const key = args.join(" ")
    const found = once.get(key)
    if (found !== undefined) return found
    const made = (async () => {
      const at = folder(name)
      await sh("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...args], { cwd: at })
      return at
    })()
    once.set(key, made)
    return made
  }
  const made = new Map<Effect, Promise<Line>>()
  const removals = [() => rmSync(root, { recursive: true, force: true, maxRetries: 3 })]
  const packThree = async (): Promise<Line> => {
    const packed = await pack()
    removals.push(packed.remove)
    return {
      tarball: packed.tarball,
      files: packed.files,
      entries: names(entries(packed)),
      install: installLines("README.md", "effect-pipedrive", 4),
      readme: firstProgram("README.md"),
      uses: readFileSync("test/types/entryPoints.ts", "utf8"),
      nodeTypes: `@types/node@${manifest().devDependencies["@types/node"]}`
    }
  }
  const line: Lab["line"] = (effect) => {
    const found = made.get(effect) ?? (effect === 3 ? packThree() : packFour(root))
    made.set(effect, found)
    return found
  }
  const tool: Lab["tool"] = (...specifiers) => installed(`tool-${specifiers[0]}`, specifiers)
  return {
    line,
    folder,
    write,
    tool,
    project: async (effect) => {
      const { install, nodeTypes, tarball } = await line(effect)
      return installed("project", [tarball, ...packages(install), nodeTypes])
    },
    node: async (version) => {
      if (process.platform !== "linux") throw new Missing("binaries for Linux only")
      const name = `node-linux-${process.arch}`
      return join(await tool(`${name}@${version}`), "node_modules", name, "bin/node")
    },
    remove: () => {
      for (const remove of removals) remove()
    }
  }
}

// --- programs of a consumer ---

/** Runs over the embedded sandbox; tells {@link told}. */
export const program = `import { Effect, Stream } from "effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Users } from "effect-pipedrive/v1"
import { Deals } from "effect-pipedrive/v2"

export const run = () => Effect.runPromise(Effect.gen(function* () {
  const { data: deal } = yield* Deals.add({ title: "Forty desks" })
  yield* Deals.update({ id: deal.id, status: "won" })
  const count = yield* Stream.runCount(Deals.list.stream({ status: "won" }))
  const { data: user } = yield* Users.getCurrent
  const missing = yield* Effect.flip(Deals.get({ id: 99_999 }))
  return [deal.title, count > 0, typeof user.name, missing._tag].join(", ")
}).pipe(Effect.provide(Sandbox.layer())))
`
export const told = "Forty desks, true, string, NotFound"

export const main = `import { run } from "./program.mjs"\nrun().then(console.log)\n`

/** The same, by \`require\`. */
export const required = `${program
  .replaceAll(/import (\{.*\}) from ("[^"]+")/g, "const $1 = require($2)")
  .replaceAll(/import \* as (\w+) from ("[^"]+")/g, "const $1 = require($2)")
  .replace("export const", "const")}run().then(console.log)\n`

/** Over a socket, by undici, with every optional entry point loaded. */
export const server = `import { Effect, Layer } from "effect"
import { Pipedrive } from "effect-pipedrive"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as Undici from "effect-pipedrive/Undici"
import { Deals } from "effect-pipedrive/v2"

Effect.runPromise(Effect.gen(function* () {
  const { baseUrl, token } = yield* Sandbox.Sandbox
  const { data } = yield* Deals.add({ title: "Over a socket" }).pipe(
    Effect.provide(Pipedrive.layer({ apiToken: token, baseUrl, httpClient: Undici.layer }))
  )
  return [data.title, typeof RateLimiterShared.layer, typeof TokenStoreSql.layer].join(", ")
}).pipe(Effect.provide(Server.layer({ port: 0 })))).then(console.log)
`
/** The same without undici, which is for Node. */
export const fetched = server.replace(/import \* as Undici .*\n/, "").replace(", httpClient: Undici.layer", "")
export const served = "Over a socket, function, function"
