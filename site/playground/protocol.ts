/** What the page and its worker say to each other. */

export interface Run {
  readonly code: string
}

export type FromWorker =
  | { readonly type: "output"; readonly level: "log" | "warn" | "error"; readonly text: string }
  | {
      readonly type: "request"
      readonly method: string
      readonly path: string
      readonly status: number
      readonly sent: string
      readonly received: string
    }
  | { readonly type: "done" }
