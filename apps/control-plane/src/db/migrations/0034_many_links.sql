DROP INDEX "key_rotation_organization_id_key_id_index";--> statement-breakpoint
CREATE INDEX "key_rotation_key_id_index" ON "key_rotation" USING btree ("key_id");--> statement-breakpoint
CREATE INDEX "idempotency_created" ON "idempotency" USING btree ("organization_id",("answer" ->> 'id')) WHERE ("idempotency"."answer" ->> 'id') is not null;