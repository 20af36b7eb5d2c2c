/**
 * The direct way to undici: its dispatcher.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Undici from "@effect/platform-node/Undici"
import * as Body from "./body.js"
import type * as Transport from "./transport.js"

const headersOf = (from: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>) => {
  const headers: Record<string, string | undefined> = {}
  for (const name in from) {
    const value = from[name]
    headers[name] = typeof value === "string" ? value : value?.join(", ")
  }
  return headers
}

/** @internal */
export const make =
  (dispatcher: Undici.Dispatcher): Transport.Transport =>
  (request, reading, context, onEnd) => {
    const { url } = request
    const slash = url.indexOf("/", url.indexOf("://") + 3)
    let controller: Undici.Dispatcher.DispatchController | undefined
    let over = false
    let status = 0
    let headers: Transport.Response["headers"] = {}
    let body: Body.Collected | undefined
    const stop = () => {
      over = true
      controller?.abort(new Error("aborted"))
    }
    const isSuccess = () => status >= 200 && status < 300
    const respond = () => {
      over = true
      onEnd({ _tag: "Response", status, headers, text: body?.text() ?? "" })
    }
    dispatcher.dispatch(
      {
        ...context.unsafeMap.get(NodeHttpClient.UndiciRequestOptions.key),
        origin: slash < 0 ? url : url.slice(0, slash),
        path: slash < 0 ? "/" : url.slice(slash),
        method: request.method as Undici.Dispatcher.HttpMethod,
        headers: request.headers as Record<string, string>,
        body: request.body ?? null,
        // the call has its own time limit
        headersTimeout: 0,
        bodyTimeout: 0
      },
      {
        onRequestStart: (begun) => {
          controller = begun
          if (over) stop()
        },
        onResponseStart: (_, code, from) => {
          if (code < 200) return
          status = code
          headers = headersOf(from)
          body = Body.collect(isSuccess() ? reading.maximumBody : reading.maximumErrorBody)
        },
        onResponseData: (_, part) => {
          if (over || body === undefined || body.add(part)) return
          if (isSuccess()) onEnd({ _tag: "Overflow", status, headers })
          else respond()
          stop()
        },
        onResponseEnd: () => {
          if (!over) respond()
        },
        onResponseError: (_, cause) => {
          if (over) return
          // of a failed response, the part that arrived is enough
          if (status !== 0 && !isSuccess()) return respond()
          over = true
          onEnd({ _tag: "Failure", cause, phase: status === 0 ? "send" : "receive" })
        }
      }
    )
    return stop
  }
