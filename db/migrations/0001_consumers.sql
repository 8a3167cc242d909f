CREATE TABLE `consumers` (
	`shard` int unsigned NOT NULL,
	`name` varbinary(128) NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	CONSTRAINT `consumers_shard_name_pk` PRIMARY KEY(`shard`,`name`)
);
