/**
 * Answers that are not as documented: told once, counted always.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import type { Issue } from "../PipedriveError.js"

/** What was told already: endpoint and field path. A layer brings its own, so two programs do not silence each other. @internal */
export class Told extends /*#__PURE__*/ (() =>
  Context.Reference<Told>()("effect-pipedrive/internal/drift/Told", {
    defaultValue: () => make()
  }))() {}

/** @internal */
export const make = (): Ref.Ref<HashSet.HashSet<string>> => Ref.unsafeMake(HashSet.empty<string>())

/** More than this is no drift but another API: silence. */
const most = 1000

const counter = /*#__PURE__*/ Metric.counter("pipedrive_response_drift", {
  description: "Fields of answers that were not as documented",
  incremental: true
})

/** Array positions say nothing of the kind of fault. */
const pathOf = (issue: Issue): string => issue.path.map((key) => (typeof key === "number" ? "[]" : key)).join(".")

/** @internal */
export const report = (endpoint: string, issues: ReadonlyArray<Issue>): Effect.Effect<void> =>
  Effect.flatMap(Told, (told) =>
    Effect.forEach(
      new Map(issues.map((issue) => [pathOf(issue), issue.message])),
      ([path, message]) =>
        Effect.zipRight(
          Metric.increment(Metric.tagged(Metric.tagged(counter, "endpoint", endpoint), "path", path)),
          Effect.flatMap(
            Ref.modify(told, (set) => {
              const id = `${endpoint} ${path}`
              return HashSet.has(set, id) || HashSet.size(set) >= most ? [false, set] : [true, HashSet.add(set, id)]
            }),
            (isNew) =>
              isNew
                ? Effect.logWarning(
                    `${endpoint}: \`${path}\` ${message}. The answer is passed on as it came; this is said once.`
                  )
                : Effect.void
          )
        ),
      { discard: true }
    )
  )
