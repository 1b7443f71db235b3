/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Trees from 64-bit indices to pointers, with two tag bits for each:
 * radixtree(9).
 */

#ifndef _SYS_RADIXTREE_H_
#define	_SYS_RADIXTREE_H_

#include <sys/types.h>

struct radix_tree {
	void	*t_root;
	int	 t_height;
};

#define	RADIX_TREE_INITIALIZER	{ NULL, 0 }

typedef unsigned int	radix_tree_tagid_t;
#define	RADIX_TREE_TAG_ID_MAX	2

void	radix_tree_init(void);
void	radix_tree_init_tree(struct radix_tree *);
void	radix_tree_fini_tree(struct radix_tree *);
bool	radix_tree_empty_tree_p(struct radix_tree *);
int	radix_tree_insert_node(struct radix_tree *, uint64_t, void *);
void	*radix_tree_replace_node(struct radix_tree *, uint64_t, void *);
void	*radix_tree_remove_node(struct radix_tree *, uint64_t);
void	*radix_tree_lookup_node(struct radix_tree *, uint64_t);
unsigned int radix_tree_gang_lookup_node(struct radix_tree *, uint64_t,
	    void **, unsigned int, bool);
unsigned int radix_tree_gang_lookup_node_reverse(struct radix_tree *,
	    uint64_t, void **, unsigned int, bool);

unsigned int radix_tree_get_tag(struct radix_tree *, uint64_t, unsigned int);
void	radix_tree_set_tag(struct radix_tree *, uint64_t, unsigned int);
void	radix_tree_clear_tag(struct radix_tree *, uint64_t, unsigned int);
unsigned int radix_tree_gang_lookup_tagged_node(struct radix_tree *,
	    uint64_t, void **, unsigned int, bool, unsigned int);
unsigned int radix_tree_gang_lookup_tagged_node_reverse(struct radix_tree *,
	    uint64_t, void **, unsigned int, bool, unsigned int);
bool	radix_tree_empty_tagged_tree_p(struct radix_tree *, unsigned int);
void	radix_tree_await_memory(void);

#endif /* !_SYS_RADIXTREE_H_ */
