import { execFile } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { sourceIn } from "../codegen/extract.js"
import { type Generated, generate } from "../codegen/generate.js"

const official = dirname(dirname(createRequire(import.meta.url).resolve("pipedrive/v2")))
const root = mkdtempSync(join(tmpdir(), "effect-pipedrive-"))
const copy = join(root, "dist/versions")

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What the generator reads of v2: declarations, and the code that makes requests. */
const copyOfficial = () => {
  mkdirSync(copy, { recursive: true })
  symlinkSync(join(official, "v1"), join(copy, "v1"))
  for (const folder of ["api", "models"]) {
    cpSync(join(official, "v2", folder), join(copy, "v2", folder), {
      recursive: true,
      filter: (file) => !file.endsWith(".js") || file.endsWith("-api.js")
    })
  }
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "pipedrive", version: "34.0.0" }))
}

const change = (file: string, ...edits: ReadonlyArray<readonly [string | RegExp, string]>) => {
  const path = join(copy, "v2", file)
  const text = edits.reduce(
    (before, [from, to]) => {
      const after = before.replace(from, to)
      assert.notStrictEqual(after, before, `${file} has ${from}`)
      return after
    },
    readFileSync(path, "utf8")
  )
  writeFileSync(path, text)
}

const parameter = (name: string, about: string) => `    /**\n     * ${about}\n     */\n    readonly ${name}?: string;\n`
const sent = (name: string) => `if (${name} !== undefined) {\n localVarQueryParameter['${name}'] = ${name};\n }\n`

const changeAll = () => {
  // an endpoint, with a comma list and without scopes
  const method = /( {4}getUserFollowers)(\(requestParameters: UsersApiGetUserFollowers)(Request\): .*;\n)(?=\}\s*$)/
  const code = /( {8}getUserFollowers: [\s\S]*?\n {8}\}\),\n)/
  const fields = `    readonly id: number;\n${parameter("team_ids", "Comma-separated ids")}${parameter("include_fields", "More")}`
  change(
    "api/users-api.d.ts",
    [/\/\*\*\n \* UsersApi - object-oriented/, `export interface UsersApiGetUserWatchersRequest {\n${fields}}\n$&`],
    [method, "$1$2$3    getUserWatchers(requestParameters: UsersApiGetUserWatchers$3"]
  )
  const watchers = (text: string) =>
    text
      .replaceAll("getUserFollowers", "getUserWatchers")
      .replace("/followers", "/watchers")
      .replace('["users:read"]', "[]")
      .replace("if (limit", `${sent("team_ids")}${sent("include_fields")}$&`)
  const users = readFileSync(join(copy, "v2/api/users-api.js"), "utf8")
  change("api/users-api.js", [code, `$1${watchers(code.exec(users)?.[1] ?? "")}`.replaceAll("$&", "$$$&")])

  // parameters: one more, one that is a comma list no longer, one gone; a value with another name; an operation gone
  const getDeals = /export interface DealsApiGetDealsRequest \{/
  change(
    "api/deals-api.d.ts",
    [/(interface DealsApiGetDealsRequest \{[\s\S]*?)'update_time'( \| 'add_time';)/, "$1'updated_time'$2"],
    [/(interface DealsApiGetDealsRequest \{[\s\S]*?)comma separated string array of( up to)/, "$1list of$2"],
    [
      getDeals,
      `$&\n${parameter("tag_ids", "Optional comma separated string array of tags")}${parameter("closed_since", "A time")}`
    ],
    [/ {4}convertDealToLead\(.*\n(?=[\s\S]*$)(?![\s\S]*convertDealToLead\()/, ""]
  )
  change("api/deals-api.js", [/(getDeals: [\s\S]*?)(if \(filter_id)/, `$1${sent("tag_ids")}${sent("closed_since")}$2`])
  change("api/persons-api.d.ts", [
    /(interface PersonsApiGetPersonsRequest \{[\s\S]*?) {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {4}readonly custom_fields\?: string;\n/,
    "$1"
  ])

  // fields: one gone that facts speak of, one that a note for its name reaches, one of another type
  change("models/deal.d.ts", ["'lost_reason'?: string | null;", ""], ["'value'?: number;", "'value'?: string;"])
  change("models/lead-search-item-item.d.ts", ["'title'?: string;", "$&\n    'update_time'?: string;"])
  change("models/project.d.ts", [/'board_id'\?: number;/, "$&\n    'quantity'?: number;"])
}

describe("a new version of the official client", () => {
  let changes: Generated["changes"] = []
  let faults: Generated["faults"] = []
  let files: Generated["files"] = new Map()

  beforeAll(() => {
    copyOfficial()
    changeAll()
    ;({ changes, faults, files } = generate(sourceIn(copy)))
  }, 120_000)

  it("is told of by name: what is new, gone or different", () => {
    assert.deepStrictEqual([...changes].sort(), [
      "the note `include_fields` of facts/fields.ts now stands on v2.Users=, too: does it fit there?",
      "the note `quantity` of facts/fields.ts now stands on v2.Project, too: does it fit there?",
      "the note `v2.update_time` of facts/fields.ts now stands on v2.FoundLead, too: does it fit there?",
      "v2.AddConvertDealToLeadResponse is gone",
      "v2.Deal.lost_reason is gone",
      "v2.Deal.value: was number?, is string?",
      "v2.LeadSearchItemItem.update_time is new: string?",
      "v2.Project.quantity is new: number?",
      "v2.convertDealToLead is gone",
      "v2.getDeals: query.closed_since is new: string?",
      "v2.getDeals: query.ids: was comma list of string?, is string?",
      'v2.getDeals: query.sort_by: "update_time" is gone, "updated_time" is new',
      "v2.getDeals: query.tag_ids is new: comma list of string?",
      "v2.getPersons: query.custom_fields is gone",
      "v2.getUserWatchers is new: GET /users/{id}/watchers",
      "v2.update_time may now be null on v2.FoundLead, too, by facts/entities.ts (nullEverywhere): is it so?"
    ])
  })

  it("needs facts, and has facts that are of no use any more", () => {
    const list = "takes a comma list, and would be plain text: facts/operations.json has no list of it"
    assert.deepStrictEqual([...faults].sort(), [
      "v2.Deal.lost_reason is gone, and facts/entities.ts still speaks of it",
      "v2.convertDealToLead is gone, and facts/names.ts (otherWords) still speaks of it",
      "v2.convertDealToLead is gone, and facts/operations.json still speaks of it",
      "v2.convertDealToLead is gone, and facts/summaries.ts still speaks of it",
      "v2.getDeals: closed_since looks like a time, and would be plain text: facts/operations.json has no format of it",
      `v2.getDeals: tag_ids ${list}`,
      "v2.getPersons: custom_fields is gone, and facts/operations.json still speaks of it",
      "v2.getUserWatchers has no cost: facts/operations.json says nothing of it",
      "v2.getUserWatchers has no scopes",
      "v2.getUserWatchers has no summary",
      `v2.getUserWatchers: include_fields ${list}`,
      `v2.getUserWatchers: team_ids ${list}`
    ])
  })

  it("is named in one place", () => {
    assert.include(files.get("src/v2/Deals.ts"), "from pipedrive 34.0.0;")
    assert.include(files.get("docs/operations.md"), "from `pipedrive` 34.0.0,")
  })

  it("fails `npm run codegen`", { timeout: 120_000 }, async () => {
    const main = fileURLToPath(new URL("../codegen/main.ts", import.meta.url))
    const run = promisify(execFile)(process.execPath, ["--import", "tsx", main, "--official", copy])
    const failed = await run.then(
      () => undefined,
      (error: { code: number; stderr: string }) => error
    )
    assert.strictEqual(failed?.code, 1)
    for (const line of [...changes, ...faults]) assert.include(failed?.stderr, line)
  })
})
