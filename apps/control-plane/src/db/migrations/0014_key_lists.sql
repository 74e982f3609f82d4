DROP INDEX "api_key_organization_id_name_id_index";--> statement-breakpoint
DROP INDEX "api_key_organization_id_member_id_index";--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "name_lower" text GENERATED ALWAYS AS (lower(name)) STORED;--> statement-breakpoint
CREATE INDEX "api_key_organization_id_name_lower_id_index" ON "api_key" USING btree ("organization_id","name_lower","id");--> statement-breakpoint
CREATE INDEX "api_key_organization_id_member_id_status_expires_at_index" ON "api_key" USING btree ("organization_id","member_id","status","expires_at");