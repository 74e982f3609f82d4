CREATE INDEX "api_key_organization_id_status_expires_at_index" ON "api_key" USING btree ("organization_id","status","expires_at");
