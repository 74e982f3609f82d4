CREATE TABLE "outside_witness" (
	"organization_id" text NOT NULL,
	"witness" text NOT NULL,
	"size" bigint NOT NULL,
	"cosigned_at" timestamp (3) with time zone,
	"problem" text,
	"alarm" text,
	CONSTRAINT "outside_witness_organization_id_witness_pk" PRIMARY KEY("organization_id","witness")
);
--> statement-breakpoint
ALTER TABLE "outside_witness" ADD CONSTRAINT "outside_witness_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;