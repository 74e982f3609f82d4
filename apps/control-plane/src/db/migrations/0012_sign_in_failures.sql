CREATE TABLE "sign_in_failure" (
	"user_id" text NOT NULL,
	"minute" timestamp (3) with time zone NOT NULL,
	"count" integer NOT NULL,
	"last_ip" text,
	CONSTRAINT "sign_in_failure_user_id_minute_pk" PRIMARY KEY("user_id","minute")
);
