CREATE TABLE "key_network" (
	"organization_id" text NOT NULL,
	"key_id" text NOT NULL,
	"network" text NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"is_reported" boolean NOT NULL,
	CONSTRAINT "key_network_organization_id_key_id_network_pk" PRIMARY KEY("organization_id","key_id","network")
);
--> statement-breakpoint
CREATE INDEX "key_network_unreported_index" ON "key_network" USING btree ("first_at") WHERE not is_reported;