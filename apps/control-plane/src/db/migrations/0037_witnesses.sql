CREATE TABLE "cosignature" (
	"organization_id" text NOT NULL,
	"witness" text NOT NULL,
	"size" bigint NOT NULL,
	"body" text NOT NULL,
	"line" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cosignature_organization_id_witness_pk" PRIMARY KEY("organization_id","witness")
);
--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "witness_key" "bytea";--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "witness_size" bigint;--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "witnessed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "witness_alarm" jsonb;--> statement-breakpoint
ALTER TABLE "gateway_version" ADD COLUMN "latest_version" bigint;--> statement-breakpoint
ALTER TABLE "gateway_version" ADD COLUMN "latest_revision" uuid;--> statement-breakpoint
ALTER TABLE "gateway_version" ADD COLUMN "said_at_ms" bigint;--> statement-breakpoint
ALTER TABLE "gateway_version" ADD COLUMN "signature" "bytea";--> statement-breakpoint
ALTER TABLE "cosignature" ADD CONSTRAINT "cosignature_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;