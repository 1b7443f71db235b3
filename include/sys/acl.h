/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access control lists, POSIX.1e and NFSv4, as VOP_GETACL and its relatives
 * carry them; see acl(3).
 */
#ifndef _SYS_ACL_H_
#define _SYS_ACL_H_

#include <sys/types.h>

#define POSIX1E_ACL_ID_MAX_ENTRIES	32
#define ACL_MAX_ENTRIES			254

#define ACL_BRAND_UNKNOWN	0
#define ACL_BRAND_POSIX		1
#define ACL_BRAND_NFS4		2

typedef uint32_t acl_tag_t;
typedef uint32_t acl_perm_t;
typedef uint16_t acl_entry_type_t;
typedef uint16_t acl_flag_t;
typedef int acl_type_t;
typedef int *acl_permset_t;
typedef uint16_t *acl_flagset_t;

struct acl_entry {
	acl_tag_t	ae_tag;
	uid_t		ae_id;
	acl_perm_t	ae_perm;
	acl_entry_type_t ae_entry_type;
	acl_flag_t	ae_flags;
};
typedef struct acl_entry *acl_entry_t;

struct acl {
	unsigned int	acl_maxcnt;
	unsigned int	acl_cnt;
	int		acl_spare[4];
	struct acl_entry acl_entry[ACL_MAX_ENTRIES];
};

#define ACL_UNDEFINED_TAG	0x00000000
#define ACL_USER_OBJ		0x00000001
#define ACL_USER		0x00000002
#define ACL_GROUP_OBJ		0x00000004
#define ACL_GROUP		0x00000008
#define ACL_MASK		0x00000010
#define ACL_OTHER		0x00000020
#define ACL_OTHER_OBJ		ACL_OTHER
#define ACL_EVERYONE		0x00000040

#define ACL_ENTRY_TYPE_ALLOW	0x0100
#define ACL_ENTRY_TYPE_DENY	0x0200
#define ACL_ENTRY_TYPE_AUDIT	0x0400
#define ACL_ENTRY_TYPE_ALARM	0x0800

#define ACL_TYPE_ACCESS_OLD	0x00000000
#define ACL_TYPE_DEFAULT_OLD	0x00000001
#define ACL_TYPE_ACCESS		0x00000002
#define ACL_TYPE_DEFAULT	0x00000003
#define ACL_TYPE_NFS4		0x00000004

#define ACL_EXECUTE		0x0001
#define ACL_WRITE		0x0002
#define ACL_READ		0x0004
#define ACL_PERM_NONE		0x0000
#define ACL_PERM_BITS		(ACL_EXECUTE | ACL_WRITE | ACL_READ)
#define ACL_POSIX1E_BITS	(ACL_EXECUTE | ACL_WRITE | ACL_READ)

#define ACL_READ_DATA		0x00000008
#define ACL_LIST_DIRECTORY	0x00000008
#define ACL_WRITE_DATA		0x00000010
#define ACL_ADD_FILE		0x00000010
#define ACL_APPEND_DATA		0x00000020
#define ACL_ADD_SUBDIRECTORY	0x00000020
#define ACL_READ_NAMED_ATTRS	0x00000040
#define ACL_WRITE_NAMED_ATTRS	0x00000080
#define ACL_DELETE_CHILD	0x00000100
#define ACL_READ_ATTRIBUTES	0x00000200
#define ACL_WRITE_ATTRIBUTES	0x00000400
#define ACL_DELETE		0x00000800
#define ACL_READ_ACL		0x00001000
#define ACL_WRITE_ACL		0x00002000
#define ACL_WRITE_OWNER		0x00004000
#define ACL_SYNCHRONIZE		0x00008000

#define ACL_FIRST_ENTRY		0
#define ACL_NEXT_ENTRY		1

#define ACL_ENTRY_FILE_INHERIT		0x0001
#define ACL_ENTRY_DIRECTORY_INHERIT	0x0002
#define ACL_ENTRY_NO_PROPAGATE_INHERIT	0x0004
#define ACL_ENTRY_INHERIT_ONLY		0x0008
#define ACL_ENTRY_SUCCESSFUL_ACCESS	0x0010
#define ACL_ENTRY_FAILED_ACCESS		0x0020
#define ACL_ENTRY_INHERITED		0x0080

#define ACL_UNDEFINED_ID	((uid_t)-1)

#endif
