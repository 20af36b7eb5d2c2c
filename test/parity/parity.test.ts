/** Says what the official client says, on the wire: every operation of both packages. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Case, caseOf, cases, type Exchange, open, operations, token } from "./exchange.js"
import { beyond, kinds, mended, refused } from "./exemptions.js"
import { type Inputs, make, named, placeholders, type Style } from "./inputs.js"
import * as Official from "./official.js"
import { fieldsOf, isList } from "./schemas.js"
import { differences, type Wire } from "./wire.js"

const styles: ReadonlyArray<{ readonly name: string; readonly style: Style; readonly all: boolean }> = [
  { name: "required only", style: "plain", all: false },
  { name: "all", style: "plain", all: true },
  { name: "strange text and fractions", style: "text", all: true },
  { name: "zero, false, empty", style: "empty", all: true },
  { name: "lists, large numbers", style: "many", all: true }
]

let exchange: Exchange
beforeAll(async () => {
  exchange = await open()
})
afterAll(() => exchange.close())

/** Which exemption was made use of, by its row. */
const used = new Set<string>()
const compared = new Set<string>()

const compare = async (one: Case, inputs: Inputs): Promise<ReadonlyArray<string>> => {
  const official = await exchange.official(one.operation, inputs.official)
  const ours = await exchange.ours(one.entry, inputs.ours)
  if (official instanceof Error) return [`the official client throws: ${official.message}`]
  const refusal = refused.find((row) => row.applies(official, one.operation))
  if (refusal !== undefined) {
    used.add(refusal.what)
    return ours instanceof Error && ours._tag === "InvalidRequest" && refusal.message.test(ours.message)
      ? []
      : [`ours does not refuse ${refusal.what}`]
  }
  if (ours instanceof Error) return [`ours refuses: ${ours.message}`]
  compared.add(one.operation.key)
  const expected = mended.reduce((wire, row) => {
    const next = row.mend(wire, one.operation)
    if (next !== wire) used.add(row.what)
    return next
  }, official)
  return differences(expected, ours)
}

const sent = (answer: Wire | Error): Wire => {
  if (answer instanceof Error) throw answer
  return answer
}

describe("there is one endpoint of ours for each operation", () => {
  it("of the official v2: 182 methods of 158 operations", () => {
    const methods = Official.methods(Official.clients.v2)
    assert.strictEqual(methods.length, 182)
    const names = methods.map((method) => method.split(".")[1])
    assert.deepStrictEqual(new Set(names), new Set(operations.filter((o) => o.version === "v2").map((o) => o.name)))
    assert.strictEqual(new Set(names).size, 158)
  })

  it("of the official v1: 210, and 65 more that 31.2.1 still had", () => {
    const methods = Official.methods(Official.clients.v1)
    const v1 = operations.filter((operation) => operation.version === "v1")
    const key = (operation: { module: string; name: string }) => `${operation.module}.${operation.name}`
    assert.strictEqual(methods.length, 210)
    assert.deepStrictEqual(new Set(methods), new Set(v1.filter(({ legacy }) => legacy !== true).map(key)))
    const older = Official.methods(Official.clients.older).map((method) => method.split(".")[1])
    const more = new Set(older.filter((name) => !methods.some((method) => method.endsWith(`.${name}`))))
    assert.strictEqual(more.size, 65)
    assert.deepStrictEqual(more, new Set(v1.filter(({ legacy }) => legacy === true).map(({ name }) => name)))
  })

  it("that takes what the official types name, and no more but what is known to be taken", () => {
    const more = cases.flatMap(({ entry, models, operation }) => {
      const { input, path } = entry.endpoint.endpoint
      const places = new Set([...placeholders(path), ...named(operation, models)])
      const whole = entry.endpoint.endpoint.body?.whole === true ? entry.endpoint.endpoint.body.keys : []
      return [...(fieldsOf(input.ast)?.keys() ?? [])]
        .filter((key) => !places.has(key) && !whole.includes(key))
        .map((key) => `${operation.key} ${key}`)
    })
    assert.sameMembers(more, [...beyond])
  })

  it("433 in all", () => {
    assert.strictEqual(cases.length, 433)
    assert.strictEqual(new Set(cases.map(({ entry }) => entry.key)).size, 433)
  })
})

for (const module of new Set(cases.map(({ operation }) => `${operation.version} ${operation.module}`))) {
  describe(module, () => {
    for (const one of cases.filter(({ operation }) => `${operation.version} ${operation.module}` === module)) {
      it(one.operation.name, async () => {
        const wrong: Array<string> = []
        for (const { all, name, style } of styles) {
          const inputs = make(one.operation, one.entry.endpoint.endpoint, one.models, style, all)
          const found = [...inputs.problems, ...(await compare(one, inputs))]
          wrong.push(...found.map((difference) => `${name}: ${difference}`))
        }
        assert.deepStrictEqual(wrong, [])
      })
    }
  })
}

describe("exemptions", () => {
  it("leave no operation uncompared", () => {
    assert.strictEqual(compared.size, 433)
  })

  it("a blank part of a path is refused wherever a path takes text", async () => {
    for (const one of cases) {
      for (const parameter of one.operation.parameters) {
        if (parameter.place !== "path" || parameter.type.kind !== "string") continue
        const inputs = make(one.operation, one.entry.endpoint.endpoint, one.models, "plain", true)
        for (const blank of ["", " "]) {
          const key = Object.keys(inputs.ours).find((name) => inputs.ours[name] === inputs.official[parameter.name])
          const ours = { ...inputs.ours, [key ?? ""]: blank }
          const official = { ...inputs.official, [parameter.name]: blank }
          assert.deepStrictEqual(await compare(one, { ours, official, problems: [] }), [], one.operation.key)
        }
      }
    }
  })

  for (const { what } of [...mended, ...refused]) {
    it(`still needed: ${what}`, () => assert.isTrue(used.has(what)))
  }

  it(`still needed: ${kinds.bytes.what}`, async () => {
    const uploads = cases.filter(({ operation }) => operation.contentType === "multipart/form-data")
    assert.strictEqual(uploads.length, 5)
    for (const one of uploads) {
      const inputs = make(one.operation, one.entry.endpoint.endpoint, one.models, "plain", false)
      const field = one.operation.parameters.find(({ type }) => type.kind === "file")?.name ?? ""
      const bytes = Buffer.from([0, 255, 128])
      const official = sent(await exchange.official(one.operation, { ...inputs.official, [field]: bytes }))
      assert.notProperty((official.body as ReadonlyArray<object>)[0], "file")
      const ours = sent(await exchange.ours(one.entry, { ...inputs.ours, [field]: bytes }))
      const file = { name: "file", type: "application/octet-stream" }
      assert.deepStrictEqual(ours.body, [{ name: field, value: "00ff80", file }])
    }
  })

  it(`still needed: ${kinds.blob.what}`, async () => {
    const { entry, operation } = caseOf("v1.addFile")
    const file = new Blob(["%PDF"], { type: "application/pdf" })
    const part = (name: string) => [{ name: "file", value: "25504446", file: { name, type: "application/pdf" } }]
    assert.deepStrictEqual(sent(await exchange.official(operation, { file })).body, part("blob"))
    assert.deepStrictEqual(sent(await exchange.ours(entry, { file })).body, part("file"))
  })

  it(`still needed: ${kinds.queryDate.what}`, async () => {
    const at = new Date("2026-05-15T09:55:02.123Z")
    const deals = caseOf("v2.getDeals")
    const updated_since = at
    assert.deepStrictEqual(sent(await exchange.official(deals.operation, { updated_since })).query, [])
    assert.deepStrictEqual(sent(await exchange.ours(deals.entry, { updated_since })).decodedQuery, [
      ["updated_since", "2026-05-15T09:55:02Z"]
    ])
  })

  it(`still needed: ${kinds.bodyDate.what}`, async () => {
    const date = new Date("2026-05-15T09:55:02.123Z")
    const v2 = caseOf("v2.addDeal")
    const v1 = caseOf("v1.addNote")
    const written = "2026-05-15T09:55:02.123Z"
    const deal = { title: "T", expected_close_date: date, archive_time: date }
    assert.deepStrictEqual(sent(await exchange.official(v2.operation, { AddDealRequest: deal })).body, {
      title: "T",
      expected_close_date: written,
      archive_time: written
    })
    assert.deepStrictEqual(sent(await exchange.ours(v2.entry, deal)).body, {
      title: "T",
      expected_close_date: "2026-05-15",
      archive_time: "2026-05-15T09:55:02Z"
    })
    const note = { content: "N", deal_id: 1, add_time: date }
    const wrapper = v1.operation.parameters.find(({ place }) => place === "body")?.name ?? ""
    assert.deepInclude(sent(await exchange.official(v1.operation, { [wrapper]: note })).body, { add_time: written })
    assert.deepInclude(sent(await exchange.ours(v1.entry, note)).body, { add_time: "2026-05-15 09:55:02" })
  })

  it(`still needed: ${kinds.bothCredentials.what}`, async () => {
    const both = await open({ credentials: { apiKey: token, accessToken: "access" } })
    try {
      const { entry, operation } = caseOf("v2.getDeals")
      const official = sent(await both.official(operation, {}))
      assert.deepStrictEqual(official.credentials, { token, bearer: "Bearer access" })
      assert.deepStrictEqual(sent(await both.ours(entry, {})).credentials, { token, bearer: undefined })
    } finally {
      await both.close()
    }
  })
})

it("an access token alone is sent as the official client sends it", async () => {
  const bearer = await open({ credentials: { accessToken: "access" } })
  try {
    for (const key of ["v2.getDeals", "v1.getLeads", "v1.getDeals"]) {
      const { entry, operation } = caseOf(key)
      assert.deepStrictEqual(
        differences(sent(await bearer.official(operation, {})), sent(await bearer.ours(entry, {}))),
        []
      )
    }
  } finally {
    await bearer.close()
  }
})

it("the 24 beta operations are the same in the official client's other class", async () => {
  const beta = Official.methods(Official.clients.v2).filter((method) => method.startsWith("Beta."))
  assert.strictEqual(beta.length, 24)
  for (const method of beta) {
    const one = caseOf(`v2.${method.slice("Beta.".length)}`)
    assert.isTrue(one.entry.endpoint.endpoint.beta)
    const inputs = make(one.operation, one.entry.endpoint.endpoint, one.models, "plain", true)
    const official = sent(await exchange.official(one.operation, inputs.official, "Beta"))
    assert.deepStrictEqual(official, sent(await exchange.official(one.operation, inputs.official)))
  }
})

describe("lists that the official client cannot express", () => {
  const lists = cases.flatMap((one) =>
    one.operation.parameters.flatMap((parameter) => {
      const ast = fieldsOf(one.entry.endpoint.endpoint.input.ast)?.get(parameter.wire)
      return parameter.place === "query" && parameter.type.kind !== "array" && ast !== undefined && isList(ast)
        ? [{ ...one, key: parameter.wire }]
        : []
    })
  )

  it("there are some", () => assert.isAbove(lists.length, 50))

  it("take one value or several, joined once", async () => {
    for (const { entry, key, models, operation } of lists) {
      const inputs = (style: Style, all: boolean) => make(operation, entry.endpoint.endpoint, models, style, all).ours
      const several = inputs("many", true)[key] as ReadonlyArray<string | number>
      assert.isArray(several, `${operation.key} ${key}`)
      const required = inputs("plain", false)
      const pairs = async (value: unknown) =>
        sent(await exchange.ours(entry, { ...required, [key]: value })).decodedQuery.filter(([name]) => name === key)
      assert.deepStrictEqual(await pairs(several), [[key, several.join(",")]], operation.key)
      assert.deepStrictEqual(await pairs(several[0]), [[key, String(several[0])]], operation.key)
    }
  })
})
