/* SPDX-License-Identifier: BSD-2-Clause */

/* kauth(9) and secmodel(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/ucred.h>
#include <sys/vnode.h>

#include <secmodel/secmodel.h>
#include <secmodel/securelevel/securelevel.h>

#include "kerntest.h"

static kauth_cred_t
cred_of(uid_t uid, gid_t gid)
{
	kauth_cred_t c = kauth_cred_alloc();

	kauth_cred_setuid(c, uid);
	kauth_cred_seteuid(c, uid);
	kauth_cred_setsvuid(c, uid);
	kauth_cred_setgid(c, gid);
	kauth_cred_setegid(c, gid);
	kauth_cred_setsvgid(c, gid);
	return c;
}

KERNTEST(cred_basic)
{
	static const gid_t groups[] = { 10, 20, 30 };
	kauth_cred_t c, d;
	struct uucred uuc;
	gid_t back[3];
	int member;

	c = cred_of(1000, 100);
	CHECK_EQ(kauth_cred_getrefcnt(c), 1);
	CHECK_EQ(kauth_cred_setgroups(c, groups, 3, 0, UIO_SYSSPACE), 0);
	CHECK_EQ(kauth_cred_setgroups(c, groups, 17, 0, UIO_SYSSPACE),
	    EINVAL);
	CHECK_EQ(kauth_cred_ngroups(c), 3);
	CHECK_EQ(kauth_cred_group(c, 1), 20);
	kauth_cred_ismember_gid(c, 20, &member);
	CHECK_EQ(member, 1);
	kauth_cred_ismember_gid(c, 100, &member);
	CHECK_EQ(member, 0);
	CHECK_EQ(kauth_cred_groupmember(c, 100), 0);
	CHECK_EQ(kauth_cred_groupmember(c, 101), -1);
	CHECK_EQ(kauth_cred_getgroups(c, back, 3, UIO_SYSSPACE), 0);
	CHECK_EQ(back[2], 30);

	CHECK(kauth_cred_copy(c) == c);
	kauth_cred_hold(c);
	d = kauth_cred_copy(c);
	CHECK(d != c);
	CHECK_EQ(kauth_cred_getrefcnt(c), 1);
	CHECK_EQ(kauth_cred_geteuid(d), 1000);
	CHECK(kauth_cred_uidmatch(c, d));
	kauth_cred_to_uucred(&uuc, d);
	CHECK_EQ(kauth_cred_uucmp(c, &uuc), 0);
	uuc.cr_uid = 1;
	CHECK_EQ(kauth_cred_uucmp(c, &uuc), 1);
	kauth_cred_free(d);
	kauth_cred_free(c);
	return 0;
}

static int asked, answer;

static int
listener(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{

	asked++;
	return answer;
}

KERNTEST(kauth_listeners)
{
	kauth_cred_t root = cred_of(0, 0), user = cred_of(1, 1);
	kauth_listener_t l;
	kauth_scope_t s;
	kauth_key_t key;

	CHECK_EQ(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL),
	    0);
	CHECK_EQ(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL),
	    EPERM);
	CHECK_EQ(kauth_authorize_generic(NOCRED, KAUTH_GENERIC_ISSUSER, NULL),
	    0);
	CHECK_EQ(kauth_authorize_system(user, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL, NULL, NULL), EPERM);
	CHECK_EQ(kauth_authorize_system(user, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL, NULL), 0);

	l = kauth_listen_scope(KAUTH_SCOPE_GENERIC, listener, NULL);
	CHECK(l != NULL);
	asked = 0;
	answer = KAUTH_RESULT_DENY;
	CHECK_EQ(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL),
	    EPERM);
	answer = KAUTH_RESULT_ALLOW;
	CHECK_EQ(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL),
	    0);
	answer = KAUTH_RESULT_DEFER;
	CHECK_EQ(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL),
	    EPERM);
	CHECK_EQ(asked, 3);
	kauth_unlisten_scope(l);
	CHECK(kauth_listen_scope("no.such.scope", listener, NULL) == NULL);

	s = kauth_register_scope("org.example.test", listener, NULL);
	CHECK(s != NULL);
	CHECK(kauth_register_scope("org.example.test", NULL, NULL) == NULL);
	answer = KAUTH_RESULT_ALLOW;
	CHECK_EQ(kauth_authorize_action(s, user, 1, NULL, NULL, NULL, NULL),
	    0);
	kauth_deregister_scope(s);

	CHECK_EQ(kauth_register_key("test", &key), 0);
	kauth_cred_setdata(user, key, &asked);
	CHECK(kauth_cred_getdata(user, key) == &asked);
	kauth_deregister_key(key);
	kauth_cred_free(root);
	kauth_cred_free(user);
	return 0;
}

KERNTEST(kauth_vnode_decision)
{
	struct vnode *vp = (void *)&asked;	/* not looked into */
	kauth_cred_t root = cred_of(0, 0), user = cred_of(1, 1);

	CHECK_EQ(kauth_authorize_vnode(user, KAUTH_VNODE_READ_DATA, NULL,
	    NULL, 0), 0);
	CHECK_EQ(kauth_authorize_vnode(user, KAUTH_VNODE_READ_DATA, NULL,
	    NULL, EACCES), EACCES);
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_VNODE_READ_DATA, NULL,
	    NULL, EACCES), 0);
	/* Root searches any directory, and executes what somebody may. */
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_ACCESS_ACTION(VEXEC, VDIR,
	    0), vp, NULL, EACCES), 0);
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_ACCESS_ACTION(VEXEC, VREG,
	    0644), vp, NULL, EACCES), EACCES);
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_ACCESS_ACTION(VEXEC, VREG,
	    0100), vp, NULL, EACCES), 0);
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_ACCESS_ACTION(VWRITE, VREG,
	    0), vp, NULL, EACCES), 0);
	kauth_cred_free(root);
	kauth_cred_free(user);
	return 0;
}

KERNTEST(securelevel_denies)
{
	kauth_cred_t root = cred_of(0, 0);
	bool above;

	CHECK_EQ(kauth_authorize_device_passthru(root, 0,
	    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITE, NULL), 0);
	securelevel = 1;
	CHECK_EQ(kauth_authorize_device_passthru(root, 0,
	    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITE, NULL), EPERM);
	CHECK_EQ(kauth_authorize_device_passthru(root, 0,
	    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_READ, NULL), 0);
	CHECK_EQ(secmodel_eval(SECMODEL_ID_SECURELEVEL,
	    "is-securelevel-above", KAUTH_ARG(0), &above), 0);
	CHECK(above);
	CHECK_EQ(secmodel_eval("no.such", "x", NULL, NULL), ENOENT);
	securelevel = 0;
	kauth_cred_free(root);
	return 0;
}
