ALTER TABLE "webhook_delivery" DROP CONSTRAINT "webhook_delivery_endpoint_fk";
--> statement-breakpoint
CREATE INDEX "webhook_delivery_pending_index" ON "webhook_delivery" USING btree ("organization_id","endpoint_id","sequence") WHERE status = 'pending';