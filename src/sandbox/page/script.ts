/**
 * The script of the pages. It asks for the page again and takes over what has changed, so that everything is written in one place:
 * on the server. Without it the pages work as they are.
 */
export const script = `"use strict"
const pause = 1000
let shown = ""
let paused = false
let failing = false
let turn = 0

const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key || node.id : "")
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

/** Makes a node like another one. What did not change stays the same node: it keeps its focus, and details stay open. */
const morph = (from, to) => {
  if (from.isEqualNode(to)) return
  if (from.nodeType !== 1) {
    from.nodeValue = to.nodeValue
    return
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && name !== "aria-busy" && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name)
  }
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  const keyed = new Map()
  for (const child of from.children) if (keyOf(child) !== "") keyed.set(keyOf(child), child)
  let at = from.firstChild
  for (const want of [...to.childNodes]) {
    const key = keyOf(want)
    const have = key === "" ? at : keyed.get(key)
    if (have && alike(have, want)) {
      if (have === at) at = at.nextSibling
      else from.insertBefore(have, at)
      morph(have, want)
    } else from.insertBefore(document.importNode(want, true), at)
  }
  while (at !== null) {
    const next = at.nextSibling
    at.remove()
    at = next
  }
}

const byId = (id) => document.getElementById(id)

const say = (text, bad) => {
  byId("message").textContent = text
  byId("message").classList.toggle("bad", bad)
}

const take = (text, withMessage) => {
  if (text === shown && !withMessage) return
  shown = text
  const page = new DOMParser().parseFromString(text, "text/html")
  for (const id of ["about", "main"]) {
    const to = page.getElementById(id)
    if (to !== null) morph(byId(id), to)
  }
  const message = page.getElementById("message")
  if (withMessage && message !== null) say(message.textContent, message.classList.contains("bad"))
}

const here = () => {
  const url = new URL(location.href)
  url.searchParams.delete("said")
  url.hash = ""
  return url
}

const refresh = async () => {
  const mine = ++turn
  try {
    const response = await fetch(here(), { headers: { accept: "text/html" }, signal: AbortSignal.timeout(10000) })
    const text = await response.text()
    // an action that was done meanwhile has shown a newer page
    if (mine !== turn || paused) return
    if (response.ok) take(text, false)
    if (failing) say("", false)
    failing = false
  } catch {
    if (mine !== turn) return
    if (!failing) say("The sandbox does not respond. Trying again.", true)
    failing = true
  }
}

const loop = async () => {
  if (!paused && !document.hidden) await refresh()
  setTimeout(loop, pause)
}

const button = document.createElement("button")
button.type = "button"
button.textContent = "Pause updates"
button.setAttribute("aria-pressed", "false")
button.addEventListener("click", () => {
  paused = !paused
  button.setAttribute("aria-pressed", String(paused))
})
byId("live").append(button)

document.addEventListener("submit", async (event) => {
  const form = event.target
  if (form.method !== "post") return
  event.preventDefault()
  if (form.getAttribute("aria-busy") === "true") return
  form.setAttribute("aria-busy", "true")
  const fields = new FormData(form)
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields)
  turn++
  try {
    const response = await fetch(form.action, { method: "POST", body })
    const text = await response.text()
    turn++
    if (response.headers.get("content-type").startsWith("text/html")) take(text, true)
    else say(text, true)
    if (response.ok) form.reset()
  } catch {
    say("The sandbox does not respond.", true)
  }
  form.removeAttribute("aria-busy")
  // where the button is gone, the keyboard goes on from the content
  if (document.activeElement === document.body) byId("main").focus()
})

loop()
`
