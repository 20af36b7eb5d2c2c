/**
 * The playground: an editor, what a program prints, and the requests it makes. A classic script, so that the page works from the
 * disk as well as from a server.
 */
import { programs } from "./programs.js"
import type { FromWorker } from "./protocol.js"

/** The worker's code, put in by build.ts: a worker's file cannot be loaded from the disk. */
declare const workerSource: string

type Attributes = Readonly<Record<string, string>>

const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[K] => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

/** An example of the reference: `#from=v2.Deals&call=Deals.list`. */
const fromAddress = (): string | undefined => {
  const asked = new URLSearchParams(location.hash.slice(1))
  const [version, module] = asked.get("from")?.split(".") ?? []
  const call = asked.get("call")
  if (version === undefined || module === undefined || call === null) return undefined
  return `import { Console, Effect } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { ${module} } from "effect-pipedrive/${version}"

const program = ${call}.pipe(
  Effect.flatMap(Console.log)
)

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
}

const mount = (place: HTMLElement) => {
  if (place.childElementCount > 0) return
  const choice = element("select", { "aria-label": "Example" })
  for (const { title } of programs) choice.append(element("option", {}, title))
  const start = element("button", { type: "button", class: "run", title: "Ctrl+Enter" }, "Run")
  const stop = element("button", { type: "button", disabled: "" }, "Stop")
  const state = element("span", { class: "state", role: "status" })
  const editor = element("textarea", {
    "aria-label": "Program",
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    wrap: "off"
  })
  const output = element("div", { class: "output", role: "log", "aria-label": "Output", tabindex: "0" })
  const requests = element("div", { class: "requests", "aria-label": "Requests" })
  place.append(
    element("div", { class: "bar" }, choice, start, stop, state),
    editor,
    element("h2", {}, "Output"),
    output,
    element("h2", {}, "Requests"),
    requests
  )

  const show = (code: string) => {
    editor.value = code
    editor.rows = Math.min(Math.max(code.split("\n").length, 8), 26)
  }
  const asked = fromAddress()
  if (asked !== undefined) choice.prepend(element("option", { selected: "" }, "From the reference"))
  show(asked ?? programs[0]?.code ?? "")

  let worker: Worker | undefined
  const end = (how: string) => {
    worker?.terminate()
    worker = undefined
    start.disabled = false
    stop.disabled = true
    state.textContent = how
    if (output.childElementCount === 0) output.append(element("p", { class: "hint" }, "The program printed nothing."))
  }

  const receive = (message: FromWorker, begun: number) => {
    switch (message.type) {
      case "output":
        return output.append(element("pre", { class: message.level }, message.text))
      case "request":
        return requests.append(requestView(message))
      case "done":
        return end(`Done in ${Math.round(performance.now() - begun)} ms`)
    }
  }

  const run = () => {
    worker?.terminate()
    output.replaceChildren()
    requests.replaceChildren()
    start.disabled = true
    stop.disabled = false
    state.textContent = "Running"
    const begun = performance.now()
    const source = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }))
    worker = new Worker(source)
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data, begun)
    worker.onerror = (event) => {
      output.append(element("pre", { class: "error" }, event.message))
      end("Failed")
    }
    worker.postMessage({ code: editor.value })
    URL.revokeObjectURL(source)
  }

  start.addEventListener("click", run)
  stop.addEventListener("click", () => end("Stopped"))
  choice.addEventListener("change", () => {
    const program = programs.find(({ title }) => title === choice.value)
    show(program?.code ?? asked ?? "")
  })
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      run()
    }
  })
  // another example of the reference, while the page stays
  addEventListener("hashchange", () => {
    const code = fromAddress()
    if (code !== undefined) show(code)
  })
}

const requestView = ({ method, path, received, sent, status }: FromWorker & { readonly type: "request" }) =>
  element(
    "details",
    {},
    element(
      "summary",
      {},
      element("b", {}, method),
      " ",
      path,
      " ",
      element("span", { class: status < 400 ? "ok" : "bad" }, String(status))
    ),
    ...(sent === "" ? [] : [element("h3", {}, "Sent"), element("pre", {}, sent)]),
    ...(received === "" ? [] : [element("h3", {}, "Received"), element("pre", {}, shortened(received))])
  )

/** A long answer would make the page slow, and nobody reads it to its end. */
const shortened = (text: string): string => (text.length > 20_000 ? `${text.slice(0, 20_000)}\n...` : text)

Object.assign(window, { effectPipedrivePlayground: mount })

// from the disk no module is loaded, so nobody else mounts it
if (location.protocol === "file:") {
  const place = document.querySelector(".playground")
  if (place instanceof HTMLElement) mount(place)
}
