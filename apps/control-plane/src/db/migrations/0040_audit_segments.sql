CREATE TABLE "audit_segment" (
	"organization_id" text NOT NULL,
	"number" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"names" text NOT NULL,
	"bloom" "bytea" NOT NULL,
	CONSTRAINT "audit_segment_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "audit_term" (
	"organization_id" text NOT NULL,
	"term" text NOT NULL,
	"segment" integer NOT NULL,
	"places" bit(1024) NOT NULL,
	CONSTRAINT "audit_term_organization_id_term_segment_pk" PRIMARY KEY("organization_id","term","segment")
);
--> statement-breakpoint
ALTER TABLE "audit_segment" ADD CONSTRAINT "audit_segment_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_term" ADD CONSTRAINT "audit_term_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;