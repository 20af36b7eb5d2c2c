/**
 * One line that tells how far it is: items, requests, tokens left, rate, and the time left, if that can be told.
 */
import { Clock, Effect, Ref } from "effect"
import type { Endpoint } from "effect-pipedrive"

const count = (n: number) => n.toLocaleString("en-US")

export const format = (
  name: string,
  so: {
    readonly items: number
    readonly requests: number
    readonly tokens: number | undefined
    readonly seconds: number
  },
  most: number | undefined
): string => {
  const rate = so.items / Math.max(so.seconds, 0.001)
  const left = most === undefined || so.items === 0 || so.items >= most ? undefined : (most - so.items) / rate
  return [
    `${name.padEnd(13)} ${count(so.items)}${most === undefined ? "" : ` of at most ${count(most)}`}`,
    `${so.requests} requests`,
    ...(so.tokens === undefined ? [] : [`${count(so.tokens)} tokens left`]),
    ...(so.items === 0 ? [] : [`${count(Math.round(rate))}/s`]),
    ...(left === undefined ? [] : [`${count(Math.ceil(left))} s left`])
  ].join(" · ")
}

/** A line for one entity. On a terminal it is written over; elsewhere there is one line at the end. */
export const make = (name: string, most: number | undefined) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const so = yield* Ref.make({ items: 0, requests: 0, tokens: undefined as number | undefined, seconds: 0 })
    const onTerminal = process.stderr.isTTY === true
    const line = Effect.map(Ref.get(so), (now) => format(name, now, most))
    return {
      batch: (items: number, meta: Endpoint.Meta) =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          yield* Ref.update(so, (before) => ({
            items: before.items + items,
            requests: before.requests + meta.attempts,
            tokens: meta.daily.remaining ?? before.tokens,
            seconds: (now - start) / 1000
          }))
          if (onTerminal) process.stderr.write(`\r\u001b[2K${yield* line}`)
        }),
      end: Effect.flatMap(line, (text) =>
        Effect.sync(() => process.stderr.write(onTerminal ? `\r\u001b[2K${text}\n` : `${text}\n`))
      )
    }
  })
