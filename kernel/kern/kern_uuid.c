/* SPDX-License-Identifier: BSD-2-Clause */

/* Universally unique identifiers: uuid(3), RFC 4122. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cprng.h>
#include <sys/endian.h>
#include <sys/uuid.h>

/* Random ones, version 4. */
int
uuidgen(struct uuid *store, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		cprng_fast(&store[i], sizeof(store[i]));
		store[i].time_hi_and_version =
		    (store[i].time_hi_and_version & 0x0fff) | 0x4000;
		store[i].clock_seq_hi_and_reserved =
		    (store[i].clock_seq_hi_and_reserved & 0x3f) | 0x80;
	}
	return 0;
}

int
uuid_snprintf(char *buf, size_t size, const struct uuid *u)
{

	return snprintf(buf, size,
	    "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    u->time_low, u->time_mid, u->time_hi_and_version,
	    u->clock_seq_hi_and_reserved, u->clock_seq_low,
	    u->node[0], u->node[1], u->node[2], u->node[3], u->node[4],
	    u->node[5]);
}

int
uuid_printf(const struct uuid *u)
{
	char buf[UUID_STR_LEN];

	uuid_snprintf(buf, sizeof(buf), u);
	printf("%s", buf);
	return 0;
}

void
uuid_enc_le(void *buf, const struct uuid *u)
{
	uint8_t *p = buf;

	le32enc(p, u->time_low);
	le16enc(p + 4, u->time_mid);
	le16enc(p + 6, u->time_hi_and_version);
	p[8] = u->clock_seq_hi_and_reserved;
	p[9] = u->clock_seq_low;
	memcpy(p + 10, u->node, sizeof(u->node));
}

void
uuid_enc_be(void *buf, const struct uuid *u)
{
	uint8_t *p = buf;

	be32enc(p, u->time_low);
	be16enc(p + 4, u->time_mid);
	be16enc(p + 6, u->time_hi_and_version);
	p[8] = u->clock_seq_hi_and_reserved;
	p[9] = u->clock_seq_low;
	memcpy(p + 10, u->node, sizeof(u->node));
}

void
uuid_dec_le(const void *buf, struct uuid *u)
{
	const uint8_t *p = buf;

	u->time_low = le32dec(p);
	u->time_mid = le16dec(p + 4);
	u->time_hi_and_version = le16dec(p + 6);
	u->clock_seq_hi_and_reserved = p[8];
	u->clock_seq_low = p[9];
	memcpy(u->node, p + 10, sizeof(u->node));
}

void
uuid_dec_be(const void *buf, struct uuid *u)
{
	const uint8_t *p = buf;

	u->time_low = be32dec(p);
	u->time_mid = be16dec(p + 4);
	u->time_hi_and_version = be16dec(p + 6);
	u->clock_seq_hi_and_reserved = p[8];
	u->clock_seq_low = p[9];
	memcpy(u->node, p + 10, sizeof(u->node));
}
