/**
 * The operations on files: uploads, downloads, links, lists of an entity's files.
 */
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { file } from "../entities/file.js"
import { product } from "../entities/product.js"
import type { Call, Handler, Handlers } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { text } from "../model/view.js"
import { get, put, where } from "../model/world.js"
import * as crud from "./crud.js"

/** The table of file contents, by the id of the file. */
const table = "fileContent"

const upload: Handler = (call) =>
  Either.gen(function* () {
    const { file: sent, ...links } = call.body
    if (!(sent instanceof Blob)) {
      return yield* Either.left(errorResponses.v1(400, "No files were provided with the request."))
    }
    const name = sent instanceof File ? sent.name : "file"
    const patch = yield* engine.readV1(file, links, call.view, undefined)
    const row = yield* engine.create(file, { ...patch, name, file_name: name, file_size: sent.size }, call.view, "v1")
    put(call.view.world, table, { id: row.id, content: sent, type: sent.type })
    return crud.rowResponse(file, row, call, "add", 200)
  })

const download: Handler = (call) =>
  Either.map(crud.findLive(file, call.path.id, call), (row) => {
    const content = get(call.view.world, table, row.id)?.content
    return {
      status: 200,
      body: {
        _tag: "Blob",
        blob: content instanceof Blob ? content : new Blob([]),
        contentType: "application/octet-stream",
        name: text(row, "name")
      }
    }
  })

const itemFields: Readonly<Record<string, string>> = { deal: "deal_id", person: "person_id", organization: "org_id" }

/** A document in remote storage. */
const addRemoteFile =
  (isNew: boolean): Handler =>
  (call) =>
    Either.gen(function* () {
      const field = itemFields[String(call.body.item_type)]
      if (field === undefined) return yield* Either.left(errorResponses.v1(400, "item_type is not valid."))
      const links = yield* engine.readV1(file, { [field]: call.body.item_id }, call.view, undefined)
      const title = isNew ? String(call.body.title ?? "Untitled") : "Linked document"
      const row = yield* engine.create(
        file,
        {
          ...links,
          name: title,
          file_name: title,
          file_type: isNew ? String(call.body.file_type ?? "gdoc") : "gdoc",
          remote_location: "googledrive",
          remote_id: isNew ? `sandbox-${call.view.world.log.length}` : String(call.body.remote_id ?? "")
        },
        call.view,
        "v1"
      )
      return crud.rowResponse(file, row, call, "add", 200)
    })

const filesOf = (parent: Entity, field: string): Handler =>
  crud.list(file, {
    from: (call: Call) =>
      Either.map(crud.find(parent, call.path.id, call), (row) => where(call.view.world, "file", field, row.id))
  })

/** Handlers by version and official name. */
export const fileHandlers: Handlers = {
  "v1.addFile": upload,
  "v1.getFiles": crud.list(file),
  "v1.getFile": crud.get(file),
  "v1.updateFile": crud.update(file),
  "v1.deleteFile": crud.remove(file),
  "v1.downloadFile": download,
  "v1.addFileAndLinkIt": addRemoteFile(true),
  "v1.linkFileToItem": addRemoteFile(false),
  "v1.getDealFiles": filesOf(deal, "deal_id"),
  "v1.getPersonFiles": filesOf(person, "person_id"),
  "v1.getOrganizationFiles": filesOf(organization, "org_id"),
  "v1.getProductFiles": filesOf(product, "product_id")
}
