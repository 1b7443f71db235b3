/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Two controllers over the same EEPROM at 0x50: one moves bytes, one whole
 * transfers.  it* at mainbus is the bus of the second, itchip* at iic? addr
 * 0x50 and addr 0x51, where nobody is.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/lwp.h>

#include <rump-sys/dev.h>

#define	_I2C_PRIVATE
#include <dev/i2c/i2cvar.h>

#include "kerntest.h"
#include "locators.h"

/* The EEPROM, and what the wires said last. */
static uint8_t mem[256], at;
static char wires[128];
static int selected;			/* 0: nobody; 'w', 'r' */
static bool first;
static int held;

static void
say(const char *what)
{

	strlcat(wires, what, sizeof(wires));
}

static int
w_start(void *v, int flags)
{

	say("S");
	return 0;
}

static int
w_stop(void *v, int flags)
{

	say("P");
	selected = 0;
	return 0;
}

static int
w_initiate(void *v, i2c_addr_t addr, int flags)
{

	say(flags & I2C_F_READ ? "(r" : "(w");
	if (flags & I2C_F_STOP)
		say(")");
	if (addr != 0x50)
		return ENXIO;
	selected = flags & I2C_F_READ ? 'r' : 'w';
	first = true;
	return 0;
}

static int
w_read(void *v, uint8_t *p, int flags)
{

	KASSERT(selected == 'r');
	say(flags & I2C_F_LAST ? "R" : "r");
	*p = mem[at++];
	if (flags & I2C_F_STOP)
		say(")");
	return 0;
}

static int
w_write(void *v, uint8_t b, int flags)
{

	KASSERT(selected == 'w');
	say("w");
	if (first)
		at = b;
	else
		mem[at++] = b;
	first = false;
	if (flags & I2C_F_STOP)
		say(")");
	return 0;
}

static struct i2c_controller bytes, whole;

static int
x_exec(void *v, i2c_op_t op, i2c_addr_t addr, const void *cmd, size_t cmdlen, void *buf,
    size_t buflen, int flags)
{
	const uint8_t *c = cmd;
	uint8_t *b = buf;
	size_t i;

	if (v != &whole || addr != 0x50)
		return ENXIO;
	if (cmdlen != 0)
		at = c[0];
	for (i = 0; i < buflen; i++) {
		if (I2C_OP_READ_P(op))
			b[i] = mem[at++];
		else
			mem[at++] = b[i];
	}
	return 0;
}

static int
x_acquire(void *v, int flags)
{

	if (held != 0)
		return EBUSY;
	held++;
	return 0;
}

static void
x_release(void *v, int flags)
{

	held--;
}

KERNTEST(transfers)
{
	uint8_t b[4] = { 1, 2, 3, 4 }, in[4];
	uint16_t word;

	iic_tag_init(&bytes);
	bytes.ic_send_start = w_start;
	bytes.ic_send_stop = w_stop;
	bytes.ic_initiate_xfer = w_initiate;
	bytes.ic_read_byte = w_read;
	bytes.ic_write_byte = w_write;
	CHECK_EQ(iic_acquire_bus(&bytes, 0), 0);
	CHECK_EQ(iic_exec(&bytes, I2C_OP_WRITE_WITH_STOP, 0x50, &(uint8_t){ 8 }, 1, b, 4, 0), 0);
	CHECK(strcmp(wires, "(wwwwww)") == 0);
	wires[0] = '\0';
	CHECK_EQ(iic_exec(&bytes, I2C_OP_READ_WITH_STOP, 0x50, &(uint8_t){ 8 }, 1, in, 4, 0), 0);
	CHECK(strcmp(wires, "(ww(rrrrR)") == 0);
	CHECK(memcmp(b, in, 4) == 0);
	wires[0] = '\0';
	CHECK_EQ(iic_smbus_read_word(&bytes, 0x50, 9, &word, 0), 0);
	CHECK_EQ(word, 0x0302);
	wires[0] = '\0';
	CHECK_EQ(iic_smbus_quick_write(&bytes, 0x50, 0), 0);
	CHECK(strcmp(wires, "(w)") == 0);
	wires[0] = '\0';
	CHECK_EQ(iic_smbus_receive_byte(&bytes, 0x50, in, 0), 0);
	CHECK(strcmp(wires, "(rR)") == 0);
	CHECK_EQ(in[0], 4);
	/* Nobody there: the wires are let go. */
	wires[0] = '\0';
	CHECK_EQ(iic_smbus_write_word(&bytes, 0x51, 9, 1, 0), ENXIO);
	CHECK(strcmp(wires, "(wP") == 0);
	CHECK_EQ(iic_smbus_block_read(&bytes, 0x50, 0, in, 4, 0), EOPNOTSUPP);
	CHECK_EQ(iic_smbus_block_read(&bytes, 0x50, 0, in, 33, 0), EINVAL);
	CHECK_EQ(iic_smbus_read_byte(&bytes, 0x50, 0, in, I2C_F_PEC), EOPNOTSUPP);
	CHECK_EQ(iic_acquire_bus(&bytes, I2C_F_POLL), EBUSY);
	iic_release_bus(&bytes, 0);
	CHECK_EQ(iic_acquire_bus(&bytes, I2C_F_POLL), 0);
	iic_release_bus(&bytes, I2C_F_POLL);
	iic_tag_fini(&bytes);
	return 0;
}

/* What a program was told that asked the chip while its driver attached. */
static int asked = -1;

/* What the bus found: the chip that answers, once; it is its driver's. */
KERNTEST(bus)
{
	static const struct device_compatible_entry table[] = {
		{ .compat = "atmel,24c02", .value = 2 }, DEVICE_COMPAT_EOL
	};
	const char *names[] = { "fake,eeprom", "atmel,24c02" };
	struct i2c_attach_args ia = { .ia_ncompat = 0 };
	struct cfdata cf = { .cf_name = "itchip" };
	int match = -1;

	CHECK(device_find_by_xname("iic0") != NULL);
	CHECK(device_find_by_xname("itchip0") != NULL);
	CHECK(device_find_by_xname("itchip1") == NULL);
	CHECK_EQ(device_locator(device_find_by_xname("itchip0"), IICCF_ADDR), 0x50);
	CHECK_EQ(held, 0);
	CHECK_EQ(asked, EBUSY);

	CHECK(!iic_use_direct_match(&ia, &cf, table, &match));
	ia.ia_compat = names;
	ia.ia_ncompat = 2;
	CHECK(iic_use_direct_match(&ia, &cf, table, &match));
	CHECK_EQ(match, iic_compatible_match(&ia, table));
	CHECK(match >= I2C_MATCH_DIRECT_COMPATIBLE && match <= I2C_MATCH_DIRECT_COMPATIBLE_MAX);
	CHECK_EQ(iic_compatible_lookup(&ia, table)->value, 2);
	ia.ia_name = "itchip";
	CHECK(iic_use_direct_match(&ia, &cf, table, &match));
	CHECK_EQ(match, I2C_MATCH_DIRECT_SPECIFIC);
	return 0;
}

KERNTEST(fill)
{
	unsigned i;

	for (i = 0; i < sizeof(mem); i++)
		mem[i] = i * 3;
	return 0;
}

/*
 * The controller's device, and the chip's.
 */

static int
it_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct mainbus_attach_args *maa = aux;

	return strcmp(maa->maa_name, "it") == 0;
}

static void
it_attach(device_t parent, device_t self, void *aux)
{
	struct i2cbus_attach_args iba = { .iba_tag = &whole, .iba_type = I2C_TYPE_SMBUS };

	aprint_normal("\n");
	iic_tag_init(&whole);
	whole.ic_cookie = &whole;
	whole.ic_exec = x_exec;
	whole.ic_acquire_bus = x_acquire;
	whole.ic_release_bus = x_release;
	config_found(self, &iba, iicbus_print, CFARGS(.iattr = "i2cbus"));
}

static int
it_detach(device_t self, int flags)
{
	int error = config_detach_children(self, flags);

	if (error == 0)
		iic_tag_fini(&whole);
	return error;
}
CFATTACH_DECL_NEW(it, 0, it_match, it_attach, it_detach, NULL);

/* Whatever answers. */
static int
itchip_match(device_t parent, cfdata_t cf, void *aux)
{

	return I2C_MATCH_ADDRESS_ONLY;
}

static void
itchip_attach(device_t parent, device_t self, void *aux)
{
	extern const struct cdevsw iic_cdevsw;
	uint8_t cmd = 0, b;
	i2c_ioctl_exec_t e = { I2C_OP_READ_WITH_STOP, 0x50, &cmd, 1, &b, 1 };
	const dev_t dev = makedev(cdevsw_lookup_major(&iic_cdevsw), device_unit(parent));

	aprint_normal("\n");
	asked = (*iic_cdevsw.d_ioctl)(dev, I2C_IOCTL_EXEC, &e, FWRITE, curlwp);
}

static int
itchip_detach(device_t self, int flags)
{

	return 0;
}
CFATTACH_DECL_NEW(itchip, 0, itchip_match, itchip_attach, itchip_detach, NULL);

static const struct cfiattrdata i2cbus_iattr = { "i2cbus", 1, { { "bus", "-1", -1 } } };
static const struct cfiattrdata *const it_attrs[] = { &i2cbus_iattr, NULL };
CFDRIVER_DECL(it, DV_DULL, it_attrs);
CFDRIVER_DECL(itchip, DV_DULL, NULL);
static struct cfdriver *const drivers[] = { &it_cd, &itchip_cd, NULL };
static struct cfattach *const it_cfattach[] = { &it_ca, NULL };
static struct cfattach *const itchip_cfattach[] = { &itchip_ca, NULL };
static const struct cfattachinit attachments[] = {
	{ "it", it_cfattach }, { "itchip", itchip_cfattach }, { NULL, NULL }
};
static const struct cfparent at_mainbus = { "mainbus", "mainbus", DVUNIT_ANY };
static const struct cfparent at_iic = { "iic", "iic", DVUNIT_ANY };
static int addr50[] = { 0x50, -1 }, addr51[] = { 0x51, -1 };
static struct cfdata lines[] = {
	{ "it", "it", 0, FSTATE_NOTFOUND, NULL, 0, &at_mainbus },
	{ "itchip", "itchip", 0, FSTATE_STAR, addr51, 0, &at_iic },
	{ "itchip", "itchip", 0, FSTATE_STAR, addr50, 0, &at_iic },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

static void
scan(device_t mainbus, const int *locs)
{
	struct mainbus_attach_args maa = { .maa_name = "it" };

	if (device_find_by_xname("it0") == NULL)
		config_found(mainbus, &maa, NULL, CFARGS(.iattr = "mainbus"));
}
static struct mainbus_scanner scanner = { .mb_iattr = "mainbus", .mb_scan = scan };

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	if (config_init_component(drivers, attachments, lines) != 0)
		panic("it: tables");
	rump_mainbus_register(&scanner);
}
