/**
 * Files, which only v1 has. Their bytes are stored beside the rows.
 */
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { text } from "../model/view.js"
import * as common from "./common.js"

/** Pipedrive's file type, by the file name's extension. */
export const typeOf = (name: string): string => {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase()
  return /^(png|jpe?g|gif|webp|svg)$/.test(ending) ? "img" : ending
}

/** A file. */
export const file: Entity = {
  name: "file",
  label: "File",
  fields: {
    id: common.id,
    user_id: { ...common.userLink, readOnly: true },
    deal_id: { kind: kinds.link("deal") },
    person_id: { kind: kinds.link("person") },
    org_id: { kind: kinds.link("organization") },
    product_id: { kind: kinds.link("product") },
    activity_id: { kind: kinds.link("activity") },
    lead_id: { kind: kinds.uuidLink("lead") },
    project_id: { kind: kinds.link("project") },
    add_time: { ...common.addTime, readOnly: true },
    update_time: common.updateTime,
    file_name: { kind: kinds.text, readOnly: true },
    file_type: { kind: kinds.text, readOnly: true },
    file_size: { kind: kinds.integer, initial: () => 0, readOnly: true },
    is_deleted: { ...common.isDeleted, readOnly: true },
    remote_location: { kind: kinds.text, initial: () => "s3", readOnly: true },
    remote_id: { kind: kinds.text, initial: () => "", readOnly: true },
    name: { kind: kinds.text, initial: () => "" },
    description: common.plainText
  },
  v1: {
    inline_flag: common.always(false),
    log_id: common.always(null),
    cid: common.always(null),
    s3_bucket: common.always(null),
    mail_message_id: common.always(null),
    mail_template_id: common.always(null),
    deal_name: references.nameOf("deal", "deal_id", "title"),
    person_name: references.nameOf("person", "person_id"),
    people_name: references.nameOf("person", "person_id"),
    org_name: references.nameOf("organization", "org_id"),
    product_name: references.nameOf("product", "product_id"),
    lead_name: references.nameOf("lead", "lead_id", "title"),
    project_name: references.nameOf("project", "project_id", "title"),
    url: (row, view) => `${view.origin}/v1/files/${row.id}/download`
  },
  search: {
    fields: { name: (row) => [text(row, "name")] },
    item: (row, view) => ({
      id: row.id,
      type: "file",
      name: row.name,
      url: `/files/${String(row.id)}/download`,
      deal: common.referenceWithName("deal", row.deal_id, view, "title"),
      person: common.referenceWithName("person", row.person_id, view),
      organization: common.referenceWithName("organization", row.org_id, view)
    })
  },
  beforeCommit: ({ after }) => {
    after.file_type ??= typeOf(text(after, "file_name"))
    return common.accepted
  }
}
