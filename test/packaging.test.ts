import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { build } from "esbuild"
import { rollup } from "rollup"
import { ts } from "ts-morph"
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest"
import { complaint } from "../src/internal/guard.js"
import * as anywhere from "./support/anywhere.js"
import { entries, manifest, type Packed, pack, withOldest } from "./support/packed.js"
import { freePort, node, run } from "./support/process.js"
import { type Runtime, runtimes } from "./support/runtimes.js"
import { service } from "./support/services.js"

let packed: Packed
let oldest: Packed

beforeAll(async () => {
  packed = await pack()
  oldest = withOldest(packed)
}, 120_000)

afterAll(() => packed?.remove())

/** Where the files stand that the entry points share. */
const shared = (): string => {
  const file = packed.files.find((file) => /^dist\/internal\/.*\/runtime\.js$/.test(file))
  assert.isDefined(file)
  return dirname(file ?? "")
}

describe("the tarball", () => {
  it("holds what is built, what it is built from, and the papers", () => {
    const tops = new Set(packed.files.map((file) => file.split("/")[0]))
    assert.deepStrictEqual([...tops].sort(), [
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "dist",
      "docs",
      "examples",
      "package.json",
      "src"
    ])
    // what the README links to is there
    for (const [, link = ""] of readFileSync("README.md", "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.include(packed.files, link)
    }
  })

  it("holds the command line: one file that needs nothing else, with the licenses of what is in it", async () => {
    const { bin } = manifest()
    const file = bin["effect-pipedrive"] ?? ""
    assert.deepStrictEqual(
      packed.files.filter((file) => /^(dist\/)?bin\//.test(file)).sort(),
      [join(dirname(file), "LICENSES.txt"), file].sort()
    )
    const text = readFileSync(join(packed.root, file), "utf8")
    assert.isTrue(text.startsWith("#!/usr/bin/env node\n"))
    assert.isBelow(text.length, 1_500_000)
    const bundled = [
      ...readFileSync(join(packed.root, dirname(file), "LICENSES.txt"), "utf8").matchAll(
        /^(@?[\w/-]+) \d+\.\d+\.\d+$/gm
      )
    ]
    assert.includeMembers(
      bundled.map(([, name]) => name),
      ["effect", "@effect/cli", "@effect/platform", "@effect/platform-node", "ws"]
    )
    // nothing but Node's own modules is left to import
    const { metafile } = await build({
      entryPoints: [join(packed.root, file)],
      bundle: true,
      write: false,
      metafile: true,
      packages: "external",
      format: "esm",
      platform: "node",
      logLevel: "silent"
    })
    const left = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
    assert.isAbove(left.length, 3)
    assert.deepStrictEqual(
      left.filter((name) => !isBuiltin(name)),
      []
    )
    const { output, status } = await node([join(packed.root, file), "--version"], { cwd: "/" })
    assert.strictEqual(status, 0, output)
    assert.strictEqual(output.trim(), manifest().version)
  })

  it("leads from a declaration to its source", () => {
    const map = JSON.parse(readFileSync(join(packed.root, "dist/Endpoint.d.ts.map"), "utf8"))
    assert.isTrue(existsSync(resolve(packed.root, "dist", map.sources[0])), map.sources[0])
  })

  it("names the effect that the manifest asks for", () => {
    const { peerDependencies } = manifest()
    const range = (name: string) => /^>=([\d.]+) <(\d+)\.(\d+)\.0$/.exec(peerDependencies[name] ?? "")?.slice(1) ?? []
    const minor = (version = "") => version.split(".").slice(0, 2).join(".")
    const newest = ([, major, below]: ReadonlyArray<string>) => `${major}.${Number(below) - 1}`
    const [effect, platform] = [range("effect"), range("@effect/platform")]
    const [effects, platforms] = [effect, platform].map((ends) => `${minor(ends[0])}-to-${newest(ends)}`)
    assert.strictEqual(shared(), `dist/internal/needs-effect@${effects}-and-@effect-platform@${platforms}`)
    const guard = readFileSync(join(packed.root, shared(), "guard.js"), "utf8")
    assert.include(guard, `from ${effect[0]} on`)
    assert.include(guard, `npm install effect@^${newest(effect)} @effect/platform@^${newest(platform)}`)
    const verdicts = ["3.19.18", effect[0] ?? "", "3.19.20", "3.20.0", "3.22.4-rc.1", "4.0.0", "2.22.0", ""].map(
      (version) => complaint(version) === undefined
    )
    assert.deepStrictEqual(verdicts, [false, true, true, true, true, false, false, false])
  })

  it("leads from its JavaScript to the sources", () => {
    const map = JSON.parse(readFileSync(join(packed.root, shared(), "v2.js.map"), "utf8"))
    assert.include(
      map.sources.map((source: string) => resolve(packed.root, shared(), source)),
      resolve(packed.root, "src/v2/Deals.ts")
    )
    for (const source of map.sources) assert.isTrue(existsSync(resolve(packed.root, shared(), source)), source)
  })

  it("tells servers its own version", () => {
    assert.include(readFileSync(join(packed.root, shared(), "runtime.js"), "utf8"), `"${manifest().version}"`)
  })
})

// what consumers write, and two imports that only the tarball refuses
const consumer = `${readFileSync("test/types/entryPoints.ts", "utf8")}
// @ts-expect-error: what is inside is not for users
export type Inside = typeof import("effect-pipedrive/internal/schema/check")
// @ts-expect-error: nor what the sandbox is made of
export type World = typeof import("effect-pipedrive/sandbox/model/world")
// @ts-expect-error: nor the command line
export type Bin = typeof import("effect-pipedrive/bin/effect-pipedrive")
`

const compiles = async (
  name: string,
  compiler: string,
  options: object,
  files: ReadonlyArray<string>,
  consumer = packed
) => {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    ...options
  }
  consumer.write(`${name}.json`, JSON.stringify({ compilerOptions, files }))
  const tsc = resolve("node_modules", compiler, "bin/tsc")
  const { output, status } = await node([tsc, "-p", `${name}.json`], { cwd: consumer.consumer })
  assert.strictEqual(status, 0, output)
}

describe("types", () => {
  for (const [compiler, moduleResolution, module] of [
    ["typescript", "nodenext", "nodenext"],
    ["typescript", "node16", "node16"],
    ["typescript", "bundler", "esnext"],
    // the oldest that Effect's own declarations pass: 5.7
    ["typescript-5", "nodenext", "nodenext"],
    ["typescript-5", "bundler", "esnext"]
  ] as const) {
    it(`resolve with ${compiler}, ${moduleResolution}, library checks on`, async () => {
      const name = `${compiler}-${moduleResolution}`
      packed.write(`${name}.ts`, consumer)
      await compiles(name, compiler, { module, moduleResolution, declaration: true, outDir: name }, [`${name}.ts`])
    }, 120_000)
  }

  it("resolve with the oldest effect", async () => {
    const files = ["answers.ts", "assert.ts", "endpoints.ts", "errors.ts", "inputs.ts"]
    for (const file of files) oldest.write(file, readFileSync(`test/types/${file}`, "utf8"))
    const optional = ["./RateLimiterShared", "./TokenStoreSql", "./Undici", "./sandbox/server"]
    const every = entries(packed).filter(([entry]) => !optional.includes(entry))
    assert.isAbove(every.length, 15)
    oldest.write(
      "every.ts",
      every.map(([entry], at) => `export * as e${at} from "effect-pipedrive${entry.slice(1)}"`).join("\n")
    )
    const options = { module: "nodenext", moduleResolution: "nodenext", noEmit: true }
    await compiles("oldest", "typescript", options, ["every.ts", ...files], oldest)
  }, 120_000)

  // also in what no entry point leads to today
  for (const compiler of ["typescript", "typescript-5"]) {
    it(`lack no import in any declaration, says ${compiler}`, async () => {
      const declarations = packed.files.filter((file) => file.endsWith(".d.ts"))
      assert.isAbove(declarations.length, 150)
      await compiles(
        `${compiler}-all`,
        compiler,
        { module: "nodenext", moduleResolution: "nodenext", noEmit: true },
        declarations.map((file) => join(packed.root, file))
      )
    }, 120_000)
  }
})

describe("modules", () => {
  const check = `
if (typeof Deals.list !== "function" || typeof Deals.list.stream !== "function") throw new Error("no endpoint")
if (PipedriveLive === undefined) throw new Error("no layer")
console.log("fine")
`
  const imports = `
import { PipedriveLive } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"
${check}`

  const runs = async (file: string, code: string, args: ReadonlyArray<string> = []) => {
    packed.write(file, code)
    const { output, status } = await node([...args, file], { cwd: packed.consumer })
    assert.strictEqual(status, 0, output)
    assert.strictEqual(output.trim(), "fine")
  }

  it("are imported by Node", () => runs("import.mjs", imports))

  it("are imported by TypeScript under tsx", () =>
    runs("import.mts", imports, ["--import", new URL("../node_modules/tsx/dist/loader.mjs", import.meta.url).href]))

  it("are imported from CommonJS", () =>
    runs(
      "dynamic.cjs",
      `const load = async () => {
        const { PipedriveLive } = await import("effect-pipedrive")
        const { Deals } = await import("effect-pipedrive/v2")
        ${check}
      }
      load()`
    ))

  it("are of the oldest effect there", async () => {
    oldest.write(
      "version.mjs",
      `import "effect-pipedrive"\nimport { getCurrentVersion } from "effect/ModuleVersion"\nconsole.log(getCurrentVersion())`
    )
    const { output } = await node(["version.mjs"], { cwd: oldest.consumer })
    assert.match(manifest().peerDependencies.effect ?? "", new RegExp(`^>=${output.trim()} `))
  })

  it("are required from CommonJS, where Node can", () =>
    runs(
      "require.cjs",
      process.features.require_module === true
        ? `const { PipedriveLive } = require("effect-pipedrive"), { Deals } = require("effect-pipedrive/v2")
          ${check}`
        : `console.log("fine")`,
      process.features.require_module === true ? ["--no-warnings"] : []
    ))

  it("are few files", () => {
    const loaded = (entry: string, found = new Set<string>()): ReadonlySet<string> => {
      found.add(entry)
      const text = readFileSync(join(packed.root, entry), "utf8")
      for (const [, specifier = ""] of text.matchAll(/^(?:import|export) .*from ['"](\.[^'"]+)['"]/gm)) {
        const file = join(dirname(entry), specifier)
        if (!found.has(file)) loaded(file, found)
      }
      return found
    }
    assert.isAtMost(loaded("dist/v2/index.js").size, 4)
    assert.isAtMost(loaded("dist/index.js").size, 4)
    assert.isAtMost(loaded("dist/current/index.js").size, 7)
    assert.isAtMost(loaded("dist/v2/Deals.js").size, 4)
    // itself, the guard, and all that is shared
    assert.isAtMost(loaded("dist/sandbox/index.js").size, 7)
  })

  it("are the same ones whichever entry point they come by, and classes keep their names", () =>
    runs(
      "same.mjs",
      `import assert from "node:assert"
      import * as root from "effect-pipedrive"
      import * as Auth from "effect-pipedrive/Auth"
      import * as PipedriveError from "effect-pipedrive/PipedriveError"
      import * as Deals from "effect-pipedrive/v2/Deals"
      import * as v2 from "effect-pipedrive/v2"
      assert.deepStrictEqual({ ...root.Auth }, { ...Auth })
      assert.deepStrictEqual({ ...root.PipedriveError }, { ...PipedriveError })
      assert.strictEqual(root.PipedriveError.NotFound, PipedriveError.NotFound)
      assert.strictEqual(v2.Deals.get, Deals.get)
      assert.deepStrictEqual(Object.keys(v2.Deals), Object.keys(Deals))
      const classes = { ...root.PipedriveError, ...root.Auth, ...root.OAuth2, ...root.Accounts, ...root.HttpLayer }
      const renamed = Object.entries(classes).filter(([name, value]) =>
        /^class\\b/.test(Function.prototype.toString.call(value?.prototype?.constructor ?? (() => {}))) &&
        value.name !== name && value.name !== "SchemaClass")
      assert.deepStrictEqual(renamed, [])
      console.log("fine")`
    ))

  const fails = async (file: string, code: string, folder = packed.consumer) => {
    writeFileSync(join(folder, file), code)
    const { output, status } = await node([file], { cwd: folder })
    assert.notStrictEqual(status, 0)
    return output
  }

  it("say in one sentence which effect they are for, under one that is too old", async () => {
    const output = await fails(
      "old.mjs",
      `import { setCurrentVersion } from "effect/ModuleVersion"
      setCurrentVersion("3.18.1")
      await import("effect-pipedrive/v2")`
    )
    assert.include(
      output,
      "Error: effect-pipedrive needs effect 3, from 3.19.19 on, but finds effect 3.18.1: npm install effect@^3.22 @effect/platform@^0.97"
    )
  })

  // modules are missing there, so nothing of ours runs; what Node says names the file that wanted them
  it("name it under Effect 4, too", async () => {
    const folder = join(packed.consumer, "four")
    const modules = join(folder, "node_modules")
    mkdirSync(join(modules, "effect/dist"), { recursive: true })
    const exports = { "./*": "./dist/*.js" }
    writeFileSync(
      join(modules, "effect/package.json"),
      JSON.stringify({ name: "effect", version: "4.1.0", type: "module", exports })
    )
    for (const name of ["Effect", "Layer", "Schema"])
      writeFileSync(join(modules, `effect/dist/${name}.js`), "export {}")
    cpSync(packed.root, join(modules, "effect-pipedrive"), { recursive: true })
    symlinkSync(resolve("node_modules/@effect"), join(modules, "@effect"), "junction")
    for (const entry of ["effect-pipedrive", "effect-pipedrive/v2", "effect-pipedrive/OAuth2"]) {
      const output = await fails("four.mjs", `import "${entry}"`, folder)
      assert.match(
        output,
        /Cannot find module .*effect.dist.* imported from .*needs-effect@3\.19-to-3\.22-and-@effect-platform@0\.94-to-0\.97/
      )
    }
  })

  it("keep their insides to themselves", async () => {
    for (const inside of ["internal/schema/check", "sandbox/model/world", "index"]) {
      const { output, status } = await node(
        ["--input-type=module", "-e", `await import("effect-pipedrive/${inside}")`],
        {
          cwd: packed.consumer
        }
      )
      assert.notStrictEqual(status, 0)
      assert.include(output, "ERR_PACKAGE_PATH_NOT_EXPORTED")
    }
  })

  describe("cost a bundle what is called", () => {
    const call = "globalThis.shown = Deals.get({ id: 1 })"
    const ways = {
      barrel: `import { Deals } from "effect-pipedrive/v2"\n${call}`,
      module: `import * as Deals from "effect-pipedrive/v2/Deals"\n${call}`
    }
    const exported = (specifier: string): string => {
      const entry = specifier.replace("effect-pipedrive", ".")
      const conditions = manifest().exports[entry]
      const file = typeof conditions === "object" ? conditions?.module : undefined
      return join(packed.root, file ?? `dist/${entry}.js`)
    }
    const rolled = async (code: string): Promise<string> => {
      const bundle = await rollup({
        input: "entry",
        treeshake: { moduleSideEffects: false },
        plugins: [
          {
            name: "packed",
            resolveId: (id, from) => {
              if (id === "entry") return id
              if (id.startsWith(".")) return join(dirname(from ?? ""), id)
              return id.startsWith("effect-pipedrive") ? exported(id) : { id, external: true }
            },
            load: (id) => (id === "entry" ? code : readFileSync(id, "utf8"))
          }
        ]
      })
      const { output } = await bundle.generate({ format: "es" })
      return output[0].code
    }
    const others = /"\/(pipelines|persons\/search|deals\/search)/

    it("in Rollup, whichever way it is imported", async () => {
      const [barrel, module] = [await rolled(ways.barrel), await rolled(ways.module)]
      assert.strictEqual(barrel.length, module.length)
      assert.notMatch(barrel, others)
    })

    // esbuild keeps all of a module that comes as a namespace out of another one
    it("in esbuild, by the module", async () => {
      const { outputFiles } = await build({
        stdin: { contents: ways.module, resolveDir: packed.consumer },
        bundle: true,
        write: false,
        format: "esm",
        external: ["effect", "@effect/*"]
      })
      assert.notMatch(outputFiles[0]?.text ?? "", others)
    })

    // what is called at import stays in every bundle, unless it is marked
    it("and nothing of what no one calls", async () => {
      for (const name of ["runtime", "core", "v1", "v2"]) {
        const { outputFiles } = await build({
          stdin: { contents: `import "./${name}.js"`, resolveDir: join(packed.root, shared()) },
          bundle: true,
          minify: true,
          write: false,
          format: "esm",
          external: ["effect", "@effect/*"],
          plugins: [
            {
              name: "no promise of the manifest",
              setup: ({ onResolve }) =>
                onResolve({ filter: /^\./ }, ({ path, resolveDir }) => ({
                  path: join(resolveDir, path),
                  sideEffects: true
                }))
            }
          ]
        })
        // the guard, the default policy, and numbers
        assert.isBelow((outputFiles[0]?.text ?? "").replaceAll(/import[^;]*;/g, "").length, 1500, name)
      }
    })

    it("and of Effect's streams only what works one at a time", async () => {
      const { metafile } = await build({
        stdin: { contents: ways.module, resolveDir: packed.consumer },
        bundle: true,
        write: false,
        format: "esm",
        metafile: true
      })
      const used = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {})
      const bytes = (file: RegExp) =>
        used.reduce((sum, [name, { bytesInOutput }]) => sum + (file.test(name) ? bytesInOutput : 0), 0)
      assert.isAbove(bytes(/effect\/dist\/esm\/internal\/stream\.js$/), 0)
      assert.strictEqual(bytes(/effect\/dist\/esm\/internal\/groupBy\.js$/), 0)
    })

    // webpack leaves it to Terser, for which reading `Symbol.toStringTag` is a side effect, and so the whole namespace is kept
    it("in webpack, since no namespace reads a symbol", () => {
      for (const file of packed.files.filter((file) => /^dist\/internal\/.*\.js$/.test(file))) {
        assert.notInclude(readFileSync(join(packed.root, file), "utf8"), "toStringTag,", file)
      }
    })
  })

  for (const platform of ["browser", "neutral"] as const) {
    for (const entry of [
      "effect-pipedrive",
      "effect-pipedrive/v1",
      "effect-pipedrive/v2",
      "effect-pipedrive/sandbox"
    ]) {
      it(`${entry} bundles for platform ${platform} with nothing left outside`, async () => {
        const { metafile, warnings } = await build({
          stdin: { contents: `export * from "${entry}"`, resolveDir: packed.consumer },
          bundle: true,
          write: false,
          metafile: true,
          format: "esm",
          platform,
          logLevel: "silent"
        })
        const outside = Object.values(metafile.outputs).flatMap((output) => output.imports)
        assert.deepStrictEqual([warnings, outside], [[], []])
      })
    }
  }
})

describe("runs the same on", () => {
  const expected = {
    elsewhere: {
      count: 29,
      missing: ["NotFound", 1],
      invalid: ["InvalidRequest", 0],
      file: ["hällo", "h.txt"],
      "a PATCH is sent again": "fine",
      "a POST is not": ["TransportError", "send", 1],
      "so is a GET that was cut off": "fine",
      "a time limit": ["Timeout", 1],
      "a 429": "fine",
      "a redirect": "fine"
    },
    inside: ["Forty desks", [200, 401, 200, 200]],
    closed: ["TransportError", "connect", 2],
    posts: 1
  }
  // whether a connection was made is not told: what may have acted is not sent again
  const secretive = { ...expected, closed: ["TransportError", "send", 1] }
  const own: Readonly<Record<string, unknown>> = {
    workerd: secretive,
    Chromium: {
      ...secretive,
      elsewhere: {
        ...expected.elsewhere,
        // a header that Pipedrive does not show to pages
        file: ["hällo", undefined],
        "a redirect": ["TransportError", "redirect", 1],
        // the browser itself has sent it again
        "a POST is not": "fine"
      },
      posts: 2
    }
  }

  const ageing: Runtime = async (_, ...addresses) => (await runtimes.Node?.(oldest, ...addresses)) ?? {}
  for (const [name, runtime] of Object.entries({ ...runtimes, "Node with the oldest effect": ageing })) {
    it.skipIf(runtime === undefined)(
      name,
      async () => {
        const told = Effect.gen(function* () {
          const sandbox = yield* Sandbox.Sandbox
          const told = yield* Effect.promise(async () =>
            runtime?.(packed, sandbox.baseUrl, `http://127.0.0.1:${await freePort()}`)
          )
          const posts = (yield* sandbox.requests).filter((request) => request.endpoint === "v2.Deals.add").length
          return { ...told, posts }
        }).pipe(Effect.provide(Server.layer({ port: 0, faults: anywhere.faults })))
        assert.deepStrictEqual(await Effect.runPromise(told), own[name] ?? expected)
      },
      60_000
    )
  }
})

/** Names that went away, unless a line of the changelog has the name and says that it was removed. */
const unmentioned = (before: ReadonlyArray<string>, now: ReadonlyArray<string>, changelog: string) => {
  const removals = changelog.split("\n").filter((line) => /\bremoved?\b/i.test(line))
  const isMentioned = (name: string) => removals.some((line) => line.includes(`\`${name}\``))
  return before.filter((name) => name !== "" && !now.includes(name) && !isMentioned(name))
}

const bun = service("BUN", "undici is not tried there")
it.skipIf(bun === undefined)(
  "undici says under Bun that it is not for it",
  async () => {
    packed.write(
      "undici.mjs",
      `import { Effect } from "effect"
    import { Pipedrive } from "effect-pipedrive"
    import * as Undici from "effect-pipedrive/Undici"
    import { Deals } from "effect-pipedrive/v2"
    const layer = Pipedrive.layer({ apiToken: "a".repeat(40), httpClient: Undici.layer })
    Effect.runPromise(Deals.list.pipe(Effect.provide(layer))).catch((error) => console.log(error.message))`
    )
    const { output } = await run(bun ?? "", ["undici.mjs"], { cwd: packed.consumer })
    assert.strictEqual(
      output.trim(),
      "effect-pipedrive/Undici is for Node, not for Bun: leave out `httpClient`, and requests go through fetch"
    )
  },
  60_000
)

describe("names", () => {
  it("may go away only with a line in the changelog", () => {
    const changelog = "- Added `v2.Deals.merge`.\n- Removed `v2.Deals.old`: use `v2.Deals.list`."
    assert.deepStrictEqual(
      unmentioned(["v2.Deals.list", "v2.Deals.old", "v2.Deals.merge", ""], ["v2.Deals.list"], changelog),
      ["v2.Deals.merge"]
    )
  })

  it("are those of the snapshot: one that goes away is a breaking change, and stands in the changelog", async () => {
    const program = ts.createProgram(
      entries(packed).map(([, declarations]) => join(packed.root, declarations)),
      {
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2022,
        noResolve: false,
        types: [],
        skipLibCheck: true
      }
    )
    const checker = program.getTypeChecker()
    const resolved = (symbol: ts.Symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const names = (prefix: string, module: ts.Symbol): ReadonlyArray<string> =>
      checker.getExportsOfModule(module).flatMap((symbol) => {
        const target = resolved(symbol)
        const name = `${prefix}${symbol.name}`
        // a module exported as a namespace, once: the top-level ones have an entry point of their own
        return target.flags & ts.SymbolFlags.ValueModule ? (prefix === "" ? [name] : names(`${name}.`, target)) : [name]
      })
    const all = entries(packed).flatMap(([entry, declarations]) => {
      const source = program.getSourceFile(join(packed.root, declarations))
      const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
      return module === undefined ? [] : names(entry === "." ? "" : `${entry.slice(2)}.`, module)
    })
    assert.isAbove(all.length, 1000)
    const before = readFileSync("test/exports.txt", "utf8").split("\n")
    const silent = unmentioned(before, all, readFileSync("CHANGELOG.md", "utf8"))
    assert.deepStrictEqual(silent, [], "names went away without a line in CHANGELOG.md that has the name and `removed`")
    await expect(`${all.sort().join("\n")}\n`).toMatchFileSnapshot("exports.txt")
  }, 120_000)
})
