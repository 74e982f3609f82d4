ALTER TABLE "deleted_key" RENAME COLUMN "created_by_key_id" TO "created_by";--> statement-breakpoint
ALTER INDEX "deleted_key_organization_id_created_by_key_id_index" RENAME TO "deleted_key_organization_id_created_by_index";--> statement-breakpoint
ALTER TABLE "key_rotation" RENAME COLUMN "rotated_by_key_id" TO "rotated_by";--> statement-breakpoint
ALTER TABLE "key_rotation" RENAME CONSTRAINT "key_rotation_organization_id_rotated_by_key_id_key_id_pk" TO "key_rotation_organization_id_rotated_by_key_id_pk";--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "handed_over_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deleted_key" ADD COLUMN "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "deleted_key" ALTER COLUMN "created_at" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "key_rotation" ADD COLUMN "first_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "key_rotation" ALTER COLUMN "first_at" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "key_rotation" ADD COLUMN "last_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "key_rotation" ALTER COLUMN "last_at" DROP DEFAULT;--> statement-breakpoint
DROP TABLE "admission";--> statement-breakpoint
CREATE TABLE "admission" (
	"organization_id" text NOT NULL,
	"member_id" text NOT NULL,
	"invited_by" text NOT NULL,
	"created_by_key_id" text,
	"invited_at" timestamp (3) with time zone NOT NULL,
	"admitted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "admission_organization_id_member_id_admitted_at_pk" PRIMARY KEY("organization_id","member_id","admitted_at")
);
--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "admission_organization_id_invited_by_index" ON "admission" USING btree ("organization_id","invited_by");--> statement-breakpoint
CREATE INDEX "admission_organization_id_created_by_key_id_index" ON "admission" USING btree ("organization_id","created_by_key_id") WHERE "admission"."created_by_key_id" is not null;--> statement-breakpoint
CREATE TABLE "key_edit" (
	"organization_id" text NOT NULL,
	"edited_by" text NOT NULL,
	"key_id" text NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "key_edit_organization_id_edited_by_key_id_pk" PRIMARY KEY("organization_id","edited_by","key_id")
);
--> statement-breakpoint
ALTER TABLE "key_edit" ADD CONSTRAINT "key_edit_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "admission" ("organization_id", "member_id", "invited_by", "created_by_key_id",
  "invited_at", "admitted_at")
SELECT "audit_event"."organization_id", "audit_event"."after" ->> 'memberId',
  "audit_event"."before" ->> 'invitedBy', "audit_event"."before" ->> 'createdByKeyId',
  ("audit_event"."before" ->> 'expiresAt')::timestamptz - interval '168 hours', "audit_event"."at"
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'invitation.accept'
  AND "audit_event"."before" ->> 'invitedBy' IS NOT NULL
  AND "audit_event"."after" ->> 'memberId' IS NOT NULL
ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE "api_key" SET "handed_over_at" = "last"."at"
FROM (
  SELECT "audit_event"."organization_id", "handed"."id", max("audit_event"."at") AS "at"
  FROM "audit_event",
    jsonb_array_elements_text(CASE jsonb_typeof("audit_event"."after" -> 'handedKeys')
      WHEN 'array' THEN "audit_event"."after" -> 'handedKeys' ELSE '[]' END) AS "handed" ("id")
  WHERE "audit_event"."action" = 'member.remove'
  GROUP BY 1, 2
) AS "last"
WHERE "api_key"."organization_id" = "last"."organization_id" AND "api_key"."id" = "last"."id";--> statement-breakpoint
UPDATE "deleted_key" SET "created_at" = "audit_event"."at"
FROM "audit_event"
WHERE "audit_event"."organization_id" = "deleted_key"."organization_id"
  AND "audit_event"."action" = 'api_key.create'
  AND "audit_event"."target" ->> 'id' = "deleted_key"."id";--> statement-breakpoint
DELETE FROM "key_rotation";--> statement-breakpoint
INSERT INTO "key_rotation" ("organization_id", "rotated_by", "key_id", "first_at", "last_at")
SELECT "known"."organization_id", "known"."rotated_by", "known"."key_id", min("known"."first_at"),
  max("known"."last_at")
FROM (
  SELECT "audit_event"."organization_id",
    coalesce("audit_event"."actor" ->> 'keyId', "audit_event"."actor" ->> 'memberId') AS "rotated_by",
    "audit_event"."target" ->> 'id' AS "key_id", "audit_event"."at" AS "first_at",
    "audit_event"."at" AS "last_at"
  FROM "audit_event"
  WHERE "audit_event"."action" = 'api_key.rotate'
    AND coalesce("audit_event"."actor" ->> 'keyId', "audit_event"."actor" ->> 'memberId')
      NOT IN ("audit_event"."target" ->> 'id', coalesce("audit_event"."before" ->> 'memberId', ''))
  UNION ALL
  SELECT "audit_event"."organization_id", "audit_event"."target" ->> 'id', "handed"."id",
    coalesce("api_key"."created_at", "organization"."created_at"), "audit_event"."at"
  FROM "audit_event"
  JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
  CROSS JOIN jsonb_array_elements_text(CASE jsonb_typeof("audit_event"."after" -> 'handedKeys')
    WHEN 'array' THEN "audit_event"."after" -> 'handedKeys' ELSE '[]' END) AS "handed" ("id")
  LEFT JOIN "api_key" ON "api_key"."id" = "handed"."id"
  WHERE "audit_event"."action" = 'member.remove'
  UNION ALL
  SELECT "audit_event"."organization_id", "audit_event"."before" ->> 'memberId', "deleted_key"."id",
    coalesce("handed"."at", "deleted_key"."created_at"),
    coalesce("handed"."at", "deleted_key"."created_at")
  FROM "audit_event"
  JOIN "deleted_key" ON "deleted_key"."id" = "audit_event"."target" ->> 'id'
    AND "deleted_key"."organization_id" = "audit_event"."organization_id"
  LEFT JOIN LATERAL (
    SELECT max("removal"."at") AS "at" FROM "audit_event" AS "removal"
    WHERE "removal"."organization_id" = "audit_event"."organization_id"
      AND "removal"."action" = 'member.remove'
      AND "removal"."after" -> 'handedKeys' ? "deleted_key"."id"
  ) AS "handed" ON true
  WHERE "audit_event"."action" = 'api_key.delete'
    AND "audit_event"."before" ->> 'createdByKeyId' IS NOT NULL
    AND "audit_event"."before" ->> 'memberId' IS NOT NULL
) AS "known"
JOIN "organization" ON "organization"."id" = "known"."organization_id"
GROUP BY 1, 2, 3;--> statement-breakpoint
INSERT INTO "key_edit" ("organization_id", "edited_by", "key_id", "first_at", "last_at")
SELECT "api_key"."organization_id", "editor"."id", "api_key"."id", min("audit_event"."at"),
  max("audit_event"."at")
FROM "audit_event"
CROSS JOIN LATERAL (
  SELECT coalesce("audit_event"."actor" ->> 'keyId', "audit_event"."actor" ->> 'memberId')
) AS "editor" ("id")
JOIN "api_key" ON "api_key"."id" = "audit_event"."target" ->> 'id'
  AND "api_key"."organization_id" = "audit_event"."organization_id"
WHERE "editor"."id" NOT IN ("api_key"."id", coalesce("audit_event"."before" ->> 'memberId', ''))
  AND ("audit_event"."action" = 'api_key.enable' OR "audit_event"."action" = 'api_key.update'
    AND ("audit_event"."before" -> 'scopes' IS DISTINCT FROM "audit_event"."after" -> 'scopes'
      OR "audit_event"."before" -> 'expiresAt' IS DISTINCT FROM "audit_event"."after" -> 'expiresAt'
      OR "audit_event"."before" -> 'allowedIps' IS DISTINCT FROM "audit_event"."after" -> 'allowedIps'))
GROUP BY 1, 2, 3;
