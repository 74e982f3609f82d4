INSERT INTO "deleted_key" ("id", "organization_id", "created_by_key_id")
SELECT "audit_event"."target" ->> 'id', "audit_event"."organization_id",
  "audit_event"."before" ->> 'memberId'
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'api_key.delete'
  AND "audit_event"."before" ->> 'memberId' IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM "api_key" WHERE "api_key"."id" = "audit_event"."target" ->> 'id')
ON CONFLICT DO NOTHING;--> statement-breakpoint
INSERT INTO "key_rotation" ("organization_id", "rotated_by_key_id", "key_id")
SELECT "audit_event"."organization_id", "audit_event"."target" ->> 'id', "handed"."id"
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id",
  jsonb_array_elements_text(CASE jsonb_typeof("audit_event"."after" -> 'handedKeys')
    WHEN 'array' THEN "audit_event"."after" -> 'handedKeys' ELSE '[]' END) AS "handed" ("id")
WHERE "audit_event"."action" = 'member.remove'
ON CONFLICT DO NOTHING;--> statement-breakpoint
INSERT INTO "key_rotation" ("organization_id", "rotated_by_key_id", "key_id")
SELECT "audit_event"."organization_id", "audit_event"."actor" ->> 'memberId',
  "audit_event"."target" ->> 'id'
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'api_key.rotate'
  AND "audit_event"."actor" ->> 'type' = 'member'
  AND "audit_event"."actor" ->> 'memberId' <> "audit_event"."before" ->> 'memberId'
ON CONFLICT DO NOTHING;
