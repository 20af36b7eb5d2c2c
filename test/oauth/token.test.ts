/** Tokens, base URLs and the state of a session by themselves: what is taken, and what exactly is said of what is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { explain } from "../../src/internal/configError.js"
import { parseBaseUrl } from "../../src/internal/oauth/baseUrl.js"
import * as Lock from "../../src/internal/oauth/lock.js"
import * as State from "../../src/internal/oauth/state.js"
import * as Token from "../../src/internal/oauth/token.js"
import type { Token as Stored } from "../../src/TokenStore.js"
import { Token as TokenSchema } from "../../src/TokenStore.js"

const now = 1_000_000
const own = "https://pipedrive.example"

const shown = (read: Either.Either<Stored, Token.Fault>) =>
  Either.match(read, {
    onLeft: (fault) => (fault._tag === "Domain" ? `domain ${fault.domain}` : `${fault.field} ${fault.what}`),
    onRight: ({ accessToken, refreshToken, ...rest }) => ({
      ...rest,
      accessToken: Redacted.value(accessToken),
      refreshToken: Redacted.value(refreshToken)
    })
  })

const wire = { access_token: "A-1", refresh_token: "R-1", token_type: "Bearer", expires_in: 60, scope: "a,b c" }
const token: Stored = {
  accessToken: Redacted.make("A"),
  refreshToken: Redacted.make("R"),
  issuedAt: now,
  expiresAt: now + 60_000,
  apiDomain: undefined,
  scope: ["a"]
}

describe("a token from the wire", () => {
  const plain = {
    accessToken: "A-1",
    refreshToken: "R-1",
    issuedAt: now,
    expiresAt: now + 60_000,
    apiDomain: undefined,
    scope: ["a", "b", "c"]
  }
  const without = (name: keyof typeof wire) => ({ ...wire, [name]: undefined })
  const host = "https://acme.pipedrive.com"
  it.each<[string, unknown, object | string]>([
    ["is read", wire, plain],
    ["names its host", { ...wire, api_domain: "https://Acme.pipedrive.com/" }, { ...plain, apiDomain: host }],
    ["may name one that is allowed", { ...wire, api_domain: `${own}/` }, { ...plain, apiDomain: own }],
    ["names no host", { ...wire, api_domain: null }, plain],
    ["has its lifetime as text", { ...wire, expires_in: " 60 " }, plain],
    ["lives for no time", { ...wire, expires_in: 0 }, { ...plain, expiresAt: now }],
    ["lives for part of a second", { ...wire, expires_in: 0.0016 }, { ...plain, expiresAt: now + 2 }],
    ["lives for a century", { ...wire, expires_in: 3_153_600_000 }, { ...plain, expiresAt: now + 3_153_600_000_000 }],
    ["has any case of bearer", { ...wire, token_type: "bearer" }, plain],
    ["has no type", without("token_type"), plain],
    ["has no scopes", without("scope"), { ...plain, scope: [] }],
    ["has scopes with blanks around", { ...wire, scope: " a, b " }, { ...plain, scope: ["a", "b"] }],
    ["has scopes that are no text", { ...wire, scope: 1 }, { ...plain, scope: [] }],
    ["is no record", [], "the token is no JSON object"],
    ["is nothing", null, "the token is no JSON object"],
    ["has no access token", without("access_token"), "access_token is missing"],
    ["has null for it", { ...wire, access_token: null }, "access_token is no token"],
    ["has a blank in it", { ...wire, access_token: "A B" }, "access_token is no token"],
    ["has a line end in it", { ...wire, access_token: "A\n" }, "access_token is no token"],
    ["has an empty one", { ...wire, access_token: "" }, "access_token is no token"],
    ["has a letter that no header takes", { ...wire, access_token: "Ä" }, "access_token is no token"],
    ["has another type", { ...wire, token_type: "bearers" }, "token_type is not Bearer"],
    ["has another type, too", { ...wire, token_type: "xbearer" }, "token_type is not Bearer"],
    ["has a list for its type", { ...wire, token_type: ["Bearer"] }, "token_type is not Bearer"],
    ["has null for its type", { ...wire, token_type: null }, "token_type is not Bearer"],
    ["has no lifetime", without("expires_in"), "expires_in is missing"],
    ["has an empty lifetime", { ...wire, expires_in: " " }, "expires_in is no number of seconds"],
    ["has a negative lifetime", { ...wire, expires_in: -1 }, "expires_in is no number of seconds"],
    ["lives for more than a century", { ...wire, expires_in: 3_153_600_001 }, "expires_in is no number of seconds"],
    ["has a lifetime in words", { ...wire, expires_in: "soon" }, "expires_in is no number of seconds"],
    ["has no refresh token", without("refresh_token"), "refresh_token is missing"],
    ["has null for that", { ...wire, refresh_token: null }, "refresh_token is no token"],
    ["has a host that is no text", { ...wire, api_domain: 1 }, "api_domain is no text"],
    ["has another host", { ...wire, api_domain: "https://evil.example" }, "domain https://evil.example"]
  ])("%s", (_, body, expected) => {
    assert.deepStrictEqual<unknown>(shown(Token.fromWire(body, now, [own], undefined)), expected)
  })

  it("keeps what a refresh leaves out", () => {
    const before = { ...token, refreshToken: Redacted.make("old"), apiDomain: "https://b.pipedrive.com", scope: ["x"] }
    const { api_domain, refresh_token, scope, ...short } = { ...wire, api_domain: undefined }
    assert.deepStrictEqual<unknown>(shown(Token.fromWire(short, now, [], before)), {
      ...plain,
      refreshToken: "old",
      apiDomain: "https://b.pipedrive.com",
      scope: ["x"]
    })
    assert.deepStrictEqual<unknown>(shown(Token.fromWire({ ...short, refresh_token: null }, now, [], before)), {
      ...plain,
      refreshToken: "old",
      apiDomain: "https://b.pipedrive.com",
      scope: ["x"]
    })
    assert.strictEqual(
      shown(Token.fromWire({ ...short, refresh_token: 1 }, now, [], before)),
      "refresh_token is no token"
    )
    const seed = { refreshToken: Redacted.make("old") }
    assert.deepInclude(shown(Token.fromWire(short, now, [], seed)), { apiDomain: undefined, scope: [] })
    assert.strictEqual(
      shown(Token.fromWire(short, now, [], { ...before, apiDomain: "https://gone.example" })),
      "domain https://gone.example"
    )
  })
})

it("credentials go to Pipedrive's hosts as they stand, and to those that are allowed", () => {
  const long = "a".repeat(63)
  for (const [domain, expected] of [
    ["https://acme.pipedrive.com", "https://acme.pipedrive.com"],
    ["https://a-b.c1.pipedrive.com/", "https://a-b.c1.pipedrive.com"],
    ["HTTPS://ACME.PIPEDRIVE.COM", "https://acme.pipedrive.com"],
    [`https://${long}.pipedrive.com`, `https://${long}.pipedrive.com`],
    [`https://${long}a.pipedrive.com`, undefined],
    ["https://pipedrive.com", undefined],
    ["https://-a.pipedrive.com", undefined],
    ["https://a-.pipedrive.com", undefined],
    ["https://a_b.pipedrive.com", undefined],
    ["https://acme.pipedrive.com.evil.example", undefined],
    ["https://acmepipedrive.com", undefined],
    ["https://acme.pipedrive.com//", undefined],
    ["https://acme.pipedrive.com/x", undefined],
    ["https://acme.pipedrive.com:8080", undefined],
    ["http://acme.pipedrive.com", undefined],
    ["xhttps://acme.pipedrive.com", undefined],
    ["https://acme.pipedriveXcom", undefined],
    [own, own],
    [`${own}/`, own],
    [`${own}/x`, undefined]
  ] as const) {
    assert.strictEqual(Token.trustedDomain(domain, [own]), expected, domain)
  }
})

it("texts are the same letter by letter", () => {
  for (const [a, b, same] of [
    ["", "", true],
    ["a", "a", true],
    ["ä", "ä", true],
    ["ab", "ac", false],
    ["ab", "bb", false],
    ["a", "aa", false],
    ["aa", "a", false],
    ["", "a", false],
    ["a", "", false],
    ["abab", "ab", false]
  ] as const) {
    assert.strictEqual(Token.sameText(a, b), same, `${a} ${b}`)
  }
})

it("what a store or a server says shows no token, known or not", () => {
  for (const [text, expected] of [
    ["plain words", "plain words"],
    ["the SECRETone is bad", "the <redacted> is bad"],
    [`row {"access_token":"x","a":1}`, "row {<redacted>"],
    [`row {\\"refresh_token\\" : 'x'`, "row {<redacted>"],
    ["access_token=x and more\nlines", "<redacted>"],
    ["ACCESS_TOKEN: x", "<redacted>"],
    ["an access_token is missing", "an access_token is missing"],
    [`id ${"a".repeat(23)}!`, `id ${"a".repeat(23)}!`],
    [`id ${"a".repeat(24)}!`, "id <redacted>!"],
    [`id ${"Az09+=_~:%-".repeat(3)}`, "id <redacted>"],
    [`${"ab ".repeat(200)}`, "ab ".repeat(200).slice(0, 500)]
  ] as const) {
    assert.strictEqual(Token.redactUnknown(text, ["SECRETone"]), expected)
  }
})

describe("a token from a caller", () => {
  const given = (change: Record<string, unknown>) => shown(Token.fromCaller({ ...token, ...change } as Stored, [own]))
  const advice = "begin with its refresh token (`exchange` of OAuth2)"
  it.each<[string, Record<string, unknown>, string]>([
    ["of the official client", { access_token: "x" }, `it is no TokenStore.Token: ${advice}`],
    ["whose access token is text", { accessToken: "A" }, "it is no TokenStore.Token"],
    ["whose refresh token is text", { refreshToken: "A" }, "it is no TokenStore.Token"],
    ["whose access token fits no header", { accessToken: Redacted.make("A\n") }, "accessToken is no token"],
    ["whose refresh token fits no header", { refreshToken: Redacted.make("") }, "refreshToken is no token"],
    ["without a time", { issuedAt: undefined }, `issuedAt is no time: without one, ${advice}`],
    ["with part of a time", { expiresAt: 1.5 }, `expiresAt is no time: without one, ${advice}`],
    ["without scopes", { scope: "a" }, "scope is no list of texts"],
    ["with scopes that are no texts", { scope: ["a", 1] }, "scope is no list of texts"],
    ["of another host", { apiDomain: "https://evil.example" }, "domain https://evil.example"]
  ])("%s", (_, change, expected) => assert.strictEqual(given(change), expected))

  it("is taken as it is, its host as we write it", () => {
    const plain = { issuedAt: now, expiresAt: now + 60_000, scope: ["a"], accessToken: "A", refreshToken: "R" }
    assert.deepStrictEqual<unknown>(given({}), { ...plain, apiDomain: undefined })
    assert.deepStrictEqual<unknown>(given({ apiDomain: null }), { ...plain, apiDomain: undefined })
    assert.deepStrictEqual<unknown>(given({ apiDomain: `${own}/` }), { ...plain, apiDomain: own })
    assert.strictEqual(shown(Token.fromCaller(null as never, [])), "it is no TokenStore.Token")
    assert.strictEqual(shown(Token.fromCaller("x" as never, [])), "it is no TokenStore.Token")
  })

  it("is an error otherwise, which says where it came from", () => {
    const error = (fault: Token.Fault) => {
      const { description, reason } = Effect.runSync(Effect.flip(Token.orFail(Either.left(fault), "the entry")))
      return [reason, description]
    }
    assert.deepStrictEqual(error({ _tag: "Field", field: "scope", what: "is bad" }), [
      "InvalidToken",
      "the entry is not usable: scope is bad"
    ])
    const domain = `https://${"x".repeat(300)}`
    assert.deepStrictEqual(error({ _tag: "Domain", domain }), [
      "UntrustedDomain",
      `the entry names an API host that credentials must not go to: ${JSON.stringify(domain.slice(0, 200))}`
    ])
    assert.strictEqual(Effect.runSync(Token.orFail(Either.right(token), "x")), token)
  })
})

it("a token of a store is read; what is wrong is named, without its value", () => {
  const entry = {
    access_token: "A",
    refresh_token: "R",
    issued_at: now,
    expires_at: now + 1,
    api_domain: null,
    scope: ["a"]
  }
  const read = (change: object) => shown(Token.fromStored(JSON.stringify({ ...entry, ...change }), TokenSchema))
  const advice = "begin with its refresh token (`exchange` of OAuth2)"
  assert.deepInclude(read({}), { accessToken: "A", issuedAt: now })
  assert.strictEqual(read({ scope: "x" }), "scope is not what it must be")
  assert.strictEqual(read({ expires_at: undefined }), "expires_at is missing")
  assert.strictEqual(read({ scope: ["a", 1] }), "scope.1 is not what it must be")
  assert.strictEqual(
    read({ issued_at: undefined }),
    `issued_at is missing, as in the official client's token objects: ${advice}`
  )
  assert.strictEqual(read({ issued_at: undefined, access_token: undefined }), "access_token is missing")
  assert.strictEqual(read({ issued_at: undefined, refresh_token: undefined }), "refresh_token is missing")
  assert.strictEqual(shown(Token.fromStored("{", TokenSchema)), "the entry is not JSON")
  assert.strictEqual(shown(Token.fromStored("1", TokenSchema)), "the entry is not what it must be")
})

describe("the state of a session", () => {
  const other = { ...token, accessToken: Redacted.make("B") }
  const third = { ...token, refreshToken: Redacted.make("S") }

  it("knows a token by both of its secrets", () => {
    const same = [State.sameToken(token, { ...token, issuedAt: 0 }), State.sameToken(undefined, undefined)]
    const others = [other, third, undefined].map((one) => State.sameToken(token, one))
    assert.deepStrictEqual([...same, ...others], [true, true, false, false, false])
    assert.isFalse(State.sameToken(undefined, token))
  })

  it("knows when the store has what an unsaved token must not overwrite", () => {
    const since = now + 5
    const any = (stored: Stored | undefined) => State.isSuperseded(token, { replaces: State.anyToken, since }, stored)
    assert.deepStrictEqual(
      [any(undefined), any({ ...other, issuedAt: since }), any({ ...other, issuedAt: since + 1 })],
      [false, false, true]
    )
    const known = (stored: Stored | undefined) => State.isSuperseded(token, { replaces: other, since }, stored)
    assert.deepStrictEqual([known(other), known(token), known(third), known(undefined)], [false, false, true, true])
  })

  it("renews a minute before the end, or a tenth of a short life", () => {
    const margin = (life: number) => State.renewalMargin({ issuedAt: now, expiresAt: now + life })
    assert.deepStrictEqual([3_600_000, 600_000, 599_000, 10, 0, -50].map(margin), [60_000, 60_000, 59_900, 1, 0, 0])
    const fresh = (at: number) => State.isFresh({ ...token, expiresAt: now + 100 }, now + at)
    assert.deepStrictEqual([0, 89, 90, 100].map(fresh), [true, true, false, false])
  })

  it("uses a token for a while that could not be renewed, if it is still the same", () => {
    const state = (gracePeriod: State.State["gracePeriod"]): State.State => ({
      token,
      unsaved: undefined,
      notifyPending: false,
      dead: undefined,
      seed: undefined,
      recovered: undefined,
      gracePeriod,
      flight: undefined
    })
    const within = (of: Stored, at: number) => State.isInGracePeriod(state({ token: of, until: now }), at)
    assert.deepStrictEqual([within(token, now - 1), within(token, now), within(other, now - 1)], [true, false, false])
    assert.isFalse(State.isInGracePeriod(state(undefined), 0))
  })
})

describe("a base URL", () => {
  const parsed = (url: string | URL, allowInsecureHttp?: boolean) =>
    Effect.runSync(
      Effect.match(parseBaseUrl(url, { allowInsecureHttp }), {
        onSuccess: (base) => base,
        onFailure: (error) => explain(error)
      })
    )
  it.each<[string, string]>([
    ["https://api.pipedrive.com", "https://api.pipedrive.com"],
    ["https://api.pipedrive.com/", "https://api.pipedrive.com"],
    ["https://api.pipedrive.com/api/v2//", "https://api.pipedrive.com"],
    ["https://api.pipedrive.com/api/v1", "https://api.pipedrive.com"],
    ["https://api.pipedrive.com/v1", "https://api.pipedrive.com"],
    ["https://api.pipedrive.com/v2", "https://api.pipedrive.com/v2"],
    ["https://api.pipedrive.com/api/v3", "https://api.pipedrive.com/api/v3"],
    ["https://proxy.example/p/api/v1/x", "https://proxy.example/p/api/v1/x"],
    ["https://proxy.example/p/v1", "https://proxy.example/p"]
  ])("%s is %s", (url, base) => assert.strictEqual(parsed(url), base))

  it.each([
    "localhost",
    "a.localhost",
    "a.localhost.",
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.0.1",
    "172.29.0.1",
    "172.31.0.1",
    "[::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "pipedrive",
    "a",
    "ab1",
    "1ab",
    "my_host-1",
    "a.test",
    "a.local",
    "a.internal",
    "a.home.arpa"
  ])("over http is taken on %s", (host) => assert.strictEqual(parsed(`http://${host}:80/x`), `http://${host}/x`))

  it.each([
    "example.com",
    "172.15.0.1",
    "172.32.0.1",
    "11.0.0.1",
    "192.169.0.1",
    "127.0.0.1.example.com",
    "[fe80::1]",
    "[2001:db8::1]",
    "[::1:1]",
    "[2001:fd00::1]",
    "a.local.example",
    "atest.com",
    "atest",
    "local.example",
    "a.homexarpa"
  ])("over http is refused on %s, unless that is allowed", (host) => {
    const url = `http://${host}`
    if (host === "atest") assert.strictEqual(parsed(url), url)
    else assert.include(parsed(url), "must be https")
    assert.strictEqual(parsed(url, true), url)
  })

  it("is refused with what is wrong", () => {
    for (const [url, why] of [
      ["nonsense", "is not a URL, which begins with https://"],
      ["https://u@x.test", "must not hold a user or password"],
      ["https://:p@x.test", "must not hold a user or password"],
      ["ftp://x.test", 'must be an http or https URL: "ftp://x.test"'],
      ["https://x.test?a", 'must not have a query or fragment: "https://x.test?a"'],
      ["https://x.test#a", 'must not have a query or fragment: "https://x.test#a"']
    ] as const) {
      assert.strictEqual(parsed(url), `baseUrl: ${why}`)
    }
    assert.strictEqual(parsed(new URL("https://x.test/a/")), "https://x.test/a")
  })
})

it("what a store's failure says is that of its causes, four deep, without secrets", () => {
  const nested = (levels: number): Error => new Error(`m${levels}`, levels === 0 ? {} : { cause: nested(levels - 1) })
  for (const [cause, expected] of [
    [nested(2), "m2: m1: m0"],
    [nested(4), "m4: m3: m2: m1"],
    [new Error("", { cause: new Error("inner") }), "inner"],
    [{ message: 1 }, "unknown failure"],
    ["a text", "a text"],
    [1, "unknown failure"],
    [null, "unknown failure"],
    [new Error("a SECRETone"), "a <redacted>"]
  ] as const) {
    assert.strictEqual(Lock.describeCause(cause, ["SECRETone"]), expected)
  }
})
