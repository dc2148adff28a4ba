BEGIN TRANSACTION;
CREATE TABLE about (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "about" VALUES('schema','1');
INSERT INTO "about" VALUES('started','2026-11-28T02:05:00+00:00');
INSERT INTO "about" VALUES('secret','33ef79d92e7171e86c942dccf03d156cd4ac2cdbfbc17cafdb8a4bf3d7fbd779');
CREATE TABLE "case" (
	id INTEGER NOT NULL, 
	"key" VARCHAR(40) NOT NULL, 
	owner VARCHAR(320) NOT NULL, 
	addressees JSON NOT NULL, 
	provider VARCHAR(100) NOT NULL, 
	names JSON NOT NULL, 
	expires DATE, 
	language VARCHAR(5) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	opened VARCHAR(32) NOT NULL, 
	thread JSON NOT NULL, 
	notice TEXT NOT NULL, 
	notes INTEGER NOT NULL, 
	leading JSON NOT NULL, 
	looked VARCHAR(32), 
	told VARCHAR(32), 
	next_look VARCHAR(32), 
	looks INTEGER NOT NULL, 
	reminded INTEGER, 
	because TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "case" VALUES(1,'k1','owner@example.jp','["owner@example.jp"]','xserver','["example.jp"]','2026-12-28','ja','watching','2026-11-28T02:05:00.000000+00:00','{"subject": "SSL", "message_id": null, "references": []}','{"provider":"xserver","event":"renewal-failed","names":[{"text":"example.jp"}],"service_names":[],"expires":"2026-12-28","deferred_until":null,"language":"en","account":{},"stated_error":null,"stated_cause":null,"problems":[],"dated":null,"nameless":null,"subject":"","matches":[]}',1,'[]',NULL,NULL,NULL,0,NULL,'');
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	mail INTEGER, 
	"case" INTEGER, 
	state VARCHAR(20) NOT NULL, 
	envelope_from VARCHAR(320) NOT NULL, 
	recipient VARCHAR(320) NOT NULL, 
	message_id VARCHAR(320) NOT NULL, 
	octets BLOB NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	due VARCHAR(32) NOT NULL, 
	done VARCHAR(32), 
	attempts INTEGER NOT NULL, 
	because TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (message_id, recipient), 
	FOREIGN KEY(mail) REFERENCES mail (id) ON DELETE CASCADE, 
	FOREIGN KEY("case") REFERENCES "case" (id) ON DELETE CASCADE
);
INSERT INTO "delivery" VALUES(1,1,1,'due','bounce@desk.example','owner@example.jp','<1@desk.example>',X'5375626A6563743A2052653A2053534C0D0A0D0A6E6F74650D0A','2026-11-28T02:05:00.000000+00:00','2026-11-28T02:05:00.000000+00:00',NULL,0,'');
CREATE TABLE folder (
	account VARCHAR(200) NOT NULL, 
	folder VARCHAR(500) NOT NULL, 
	uidvalidity INTEGER NOT NULL, 
	first_seen VARCHAR(32) NOT NULL, 
	mails INTEGER NOT NULL, 
	PRIMARY KEY (account, folder, uidvalidity)
);
INSERT INTO "folder" VALUES('inbox','INBOX',7,'2026-11-28T02:05:00.000000+00:00',3);
CREATE TABLE mail (
	id INTEGER NOT NULL, 
	account VARCHAR(200) NOT NULL, 
	folder VARCHAR(500) NOT NULL, 
	uidvalidity INTEGER NOT NULL, 
	uid VARCHAR(500) NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	arrived VARCHAR(32) NOT NULL, 
	journaled VARCHAR(32) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	attempts INTEGER NOT NULL, 
	sender VARCHAR(320) NOT NULL, 
	subject TEXT NOT NULL, 
	understood TEXT NOT NULL, 
	leading TEXT NOT NULL, 
	decision VARCHAR(20) NOT NULL, 
	answer_to JSON NOT NULL, 
	asker VARCHAR(320) NOT NULL, 
	because TEXT NOT NULL, 
	trace TEXT NOT NULL, 
	decided VARCHAR(32), 
	filed BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (account, folder, uidvalidity, uid)
);
INSERT INTO "mail" VALUES(1,'inbox','INBOX',7,'1','content1','2026-11-28T02:05:00.000000+00:00','2026-11-28T02:05:00.000000+00:00','diagnosed',1,'owner@example.jp','Fwd: SSL 更新未完了','notice: xserver','elsewhere','reply','["owner@example.jp"]','owner@example.jp','cause shown','','2026-11-28T02:05:00.000000+00:00',0);
INSERT INTO "mail" VALUES(2,'inbox','INBOX',7,'2','content2','2026-11-28T02:05:00.000000+00:00','2026-11-28T02:05:00.000000+00:00','held',1,'','','','','hold','[]','','the sender is not registered','','2026-11-28T02:05:00.000000+00:00',0);
INSERT INTO "mail" VALUES(3,'inbox','INBOX',7,'3','content3','2026-11-28T02:05:00.000000+00:00','2026-11-28T02:05:00.000000+00:00','received',0,'','','','','','[]','','','',NULL,0);
CREATE TABLE notice (
	mail INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	PRIMARY KEY (mail, "key"), 
	FOREIGN KEY(mail) REFERENCES mail (id) ON DELETE CASCADE
);
INSERT INTO "notice" VALUES(1,'n1');
INSERT INTO "notice" VALUES(1,'n2');
CREATE TABLE raw (
	mail INTEGER NOT NULL, 
	octets BLOB NOT NULL, 
	PRIMARY KEY (mail), 
	FOREIGN KEY(mail) REFERENCES mail (id) ON DELETE CASCADE
);
INSERT INTO "raw" VALUES(1,X'5375626A6563743A20310D0A0D0A68656C6C6F20310D0A');
INSERT INTO "raw" VALUES(2,X'5375626A6563743A20320D0A0D0A68656C6C6F20320D0A');
INSERT INTO "raw" VALUES(3,X'5375626A6563743A20330D0A0D0A68656C6C6F20330D0A');
CREATE TABLE suppressed (
	address VARCHAR(320) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	because TEXT NOT NULL, 
	PRIMARY KEY (address)
);
INSERT INTO "suppressed" VALUES('gone@example.jp','2027-01-01T00:00:00.000000+00:00','bounced: 5.1.1');
CREATE INDEX mail_asker ON mail (asker, decided);
CREATE INDEX ix_mail_state ON mail (state);
CREATE INDEX ix_mail_content ON mail (content);
CREATE INDEX ix_case_state ON "case" (state);
CREATE INDEX ix_delivery_mail ON delivery (mail);
CREATE INDEX ix_delivery_message_id ON delivery (message_id);
CREATE INDEX ix_delivery_state ON delivery (state);
CREATE INDEX ix_delivery_case ON delivery ("case");
COMMIT;
