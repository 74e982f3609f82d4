ALTER TABLE "api_key" ADD COLUMN "leads_on" boolean DEFAULT false NOT NULL;--> statement-breakpoint
UPDATE "api_key" SET "leads_on" = true
FROM (
  SELECT "organization_id", "created_by_key_id" AS "id" FROM "api_key"
  UNION SELECT "organization_id", "api_key_id" FROM "join_key"
  UNION SELECT "organization_id", "created_by_key_id" FROM "invitation"
  UNION SELECT "organization_id", "created_by_key_id" FROM "admission"
  UNION SELECT "organization_id", "created_by_key_id" FROM "gateway"
  UNION SELECT "organization_id", "created_by" FROM "deleted_key"
  UNION SELECT "organization_id", "rotated_by" FROM "key_rotation"
  UNION SELECT "organization_id", "edited_by" FROM "key_edit"
) AS "leading"
WHERE "api_key"."organization_id" = "leading"."organization_id" AND "api_key"."id" = "leading"."id";--> statement-breakpoint
CREATE INDEX "api_key_searched_by_creator" ON "api_key" USING btree ("organization_id","created_by_key_id") WHERE "api_key"."created_by_key_id" is not null and ("api_key"."status" <> 'revoked' or "api_key"."leads_on");--> statement-breakpoint
CREATE INDEX "api_key_revoked_leading_on" ON "api_key" USING btree ("organization_id","member_id") WHERE "api_key"."status" = 'revoked' and "api_key"."leads_on";
