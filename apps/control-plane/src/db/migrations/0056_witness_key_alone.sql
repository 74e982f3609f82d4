-- Of gateways that announced one key at the same time, the first keeps it.
UPDATE "gateway" SET "witness_key" = NULL, "witness_size" = NULL
FROM "gateway" AS "first"
WHERE "first"."organization_id" = "gateway"."organization_id" AND "first"."witness_key" = "gateway"."witness_key"
  AND ("first"."created_at", "first"."id") < ("gateway"."created_at", "gateway"."id");
--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_organization_id_witness_key_index" ON "gateway" USING btree ("organization_id","witness_key");