import type { Overlay } from "../codemod/overlay.js"

/** The sending of requests. */
export const overlays: ReadonlyArray<Overlay> = []
