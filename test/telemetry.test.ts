/** What the telemetry example sends to a collector. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Sandbox from "effect-pipedrive/sandbox"
import { assert, describe, it } from "vitest"
import { node } from "./support/process.js"

const collector = async () => {
  const bodies: Record<string, Array<string>> = {}
  const server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    const kind = request.url ?? ""
    bodies[kind] = [...(bodies[kind] ?? []), body]
    response.writeHead(200, { "content-type": "application/json" }).end("{}")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

describe("the telemetry example", () => {
  it("sends spans, metrics and logs: templates, no ids in paths, no credentials", async () => {
    const { bodies, close, url } = await collector()
    try {
      const { output, status } = await node(["--import", "tsx", "examples/telemetry.ts", url])
      assert.strictEqual(status, 0, output)
      const spans: ReadonlyArray<{
        name: string
        spanId: string
        parentSpanId?: string
        attributes: ReadonlyArray<object>
      }> = (bodies["/v1/traces"] ?? []).flatMap((body) =>
        JSON.parse(body).resourceSpans[0].scopeSpans.flatMap((scope: { spans: [] }) => scope.spans)
      )
      const named = (name: string) => spans.filter((span) => span.name === name)
      const [whole] = named("look-at-deals")
      assert.lengthOf(named("Pipedrive.v2.Deals.list"), 1)
      assert.lengthOf(named("Pipedrive.v2.Deals.get"), 5)
      assert.lengthOf(named("Pipedrive.v2.Deals.get.attempt"), 4)
      assert.strictEqual(named("Pipedrive.v2.Deals.list")[0]?.parentSpanId, whole?.spanId)
      const told = JSON.stringify(spans)
      assert.include(told, "/api/v2/deals/{id}")
      assert.notMatch(told, /\/deals\/\d/)
      assert.include((bodies["/v1/metrics"] ?? []).join(), "pipedrive_calls")
      assert.include((bodies["/v1/logs"] ?? []).join(), "looked at 5 deals")
      assert.notInclude(JSON.stringify(bodies), Sandbox.defaultToken)
    } finally {
      await close()
    }
  }, 60_000)
})
