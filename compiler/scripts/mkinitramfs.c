#include "mkinitramfs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../source/text.h"

/* Where mkinitramfs would be building the image: mktemp makes the last letters. */
#define DESTDIR "/var/tmp/mkinitramfs_000000"

/* --- the view: the machine as mkinitramfs finds it ------------------------------------------- */

static bool exists(int root_fd, const char *path)
{
	int fd = sysroot_open(root_fd, path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* A package's unpacked files have no shell. Then the host's programs are taken, with the sysroot's
 * initramfs-tools directories in their places. */
static bool has_shell(int root_fd)
{
	return exists(root_fd, "usr/bin/sh") || exists(root_fd, "bin/sh");
}

static void put_over(struct arena *arena, struct sandbox_view *view, const char *path,
		     const struct sandbox_source *source)
{
	struct sandbox_place place = {.path = path};

	if (source != NULL)
		vec_push(arena, &place.sources, *source);
	vec_push(arena, &view->places, place);
}

static void take_host_programs(struct arena *arena, struct sandbox_view *view, int root_fd,
			       const char *root)
{
	static const char *const paths[] = {"/usr/share/initramfs-tools", "/etc/initramfs-tools"};

	view->root = "/";
	for (size_t i = 0; i < 2; i++) {
		struct sandbox_source source = {root, paths[i] + 1};

		if (exists(root_fd, paths[i] + 1))
			put_over(arena, view, paths[i], &source);
		else if (exists(AT_FDCWD, paths[i]))
			put_over(arena, view, paths[i], NULL);
	}
}

/* The directories of --scripts and --hooks, which stand for all there is. */
static void take_given(struct arena *arena, struct sandbox_view *view,
		       const struct script_tree *tree)
{
	for (enum script_place at = 0; at < PLACE_COUNT; at++) {
		const struct script_layer *layer = &tree->layers[at];
		struct sandbox_place place = {.path = script_place_path(at)};

		for (size_t i = 0; i < layer->directories.count; i++)
			vec_push(arena, &place.sources,
				 (struct sandbox_source){NULL, layer->directories.item[i].path});
		vec_push(arena, &view->places, place);
	}
}

static void add_file(struct arena *arena, struct sandbox_view *view, const char *path, mode_t mode,
		     const struct text *text)
{
	vec_push(arena, &view->files,
		 (struct sandbox_file){
			 arena_printf(arena, "%s%s%s", DESTDIR, *path ? "/" : "", path), mode,
			 text == NULL ? NULL : text->data, text == NULL ? 0 : text->size});
}

/* The image as far as it has been built when scripts are asked; some look around in there. */
static void fill_destdir(struct arena *arena, struct sandbox_view *view,
			 const struct script_tree *tree)
{
	static const char *const directories[] = {"usr/bin", "usr/lib", "usr/sbin",    "bin",
						  "lib",     "sbin",	"conf/conf.d", "etc",
						  "run",     "scripts"};
	static const struct text empty = {.data = ""};

	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		add_file(arena, view, directories[i], 0755, NULL);
	for (size_t i = 0; i < tree->image.count; i++) {
		const struct image_script *script = &tree->image.item[i];
		const char *name = strrchr(script->path, '/');
		const struct text *text =
			text_read(arena, script->root_fd, script->source, script->source);

		/* ORDER is emptied before the scripts of its phase are asked. */
		if (text == NULL || (name != NULL && strcmp(name, "/ORDER") == 0))
			text = &empty;
		add_file(arena, view, arena_printf(arena, "scripts/%s", script->path),
			 script->mode & 0777, text);
	}
	for (size_t i = 0; i < tree->phases.count; i++) {
		const char *phase = tree->phases.item[i].name;
		const char *order = arena_printf(arena, "%s/ORDER", phase);

		if (script_tree_has_order(tree, phase) && script_tree_image(tree, order) == NULL)
			add_file(arena, view, arena_printf(arena, "scripts/%s", order), 0644,
				 &empty);
	}
}

void mkinitramfs_view(struct arena *arena, const struct script_tree *tree, int root_fd,
		      const struct script_inputs *inputs, struct sandbox_view *ret_view)
{
	*ret_view = (struct sandbox_view){.root = inputs->root != NULL ? inputs->root : "/"};
	if (!has_shell(root_fd))
		take_host_programs(arena, ret_view, root_fd, ret_view->root);
	if (inputs->scripts.count + inputs->hooks.count > 0)
		take_given(arena, ret_view, tree);
	/* Wherever mkinitramfs is, these are: a package's own tree has none. Their functions print
	 * nothing that a script is asked for. */
	vec_push(arena, &ret_view->wanted, "/usr/share/initramfs-tools/hook-functions");
	vec_push(arena, &ret_view->wanted, "/usr/share/initramfs-tools/scripts/functions");
	fill_destdir(arena, ret_view, tree);
}

/* --- the environment ------------------------------------------------------------------------- */

#define OWN_PATH "PATH=/usr/bin:/sbin:/bin"

const char *const mkinitramfs_bare_environment[] = {OWN_PATH, NULL};

/* mkinitramfs from its first line to the loop over hooks, as far as its exports come from there.
 * Configuration is shell code and may print; what is asked for goes out at the end, alone. */
static const char evaluate[] = "exec 3>&1 >&2\n"
			       "CONFDIR=/etc/initramfs-tools verbose=n BUSYBOXDIR=\n"
			       "export PATH BUSYBOXDIR\n"
			       "if [ -e $CONFDIR/initramfs.conf ]; then . $CONFDIR/initramfs.conf\n"
			       "else MODULES=most BUSYBOX=auto KEYMAP=n; fi\n"
			       "add() {\n"
			       "	[ -e \"$1\" ] && [ ! -d \"$1\" ] || return 0\n"
			       "	case ${1##*/} in\n"
			       "	*[!A-Za-z0-9._-]* | [!A-Za-z0-9]* | *.dpkg-*) ;;\n"
			       "	*) . \"$1\" ;;\n"
			       "	esac\n"
			       "}\n"
			       "for i in /usr/share/initramfs-tools/conf.d/*; do\n"
			       "	[ -e $CONFDIR/conf.d/\"${i##*/}\" ] || add \"$i\"\n"
			       "done\n"
			       "for i in $CONFDIR/conf.d/*; do add \"$i\"; done\n"
			       "for i in /usr/share/initramfs-tools/conf-hooks.d/*; do\n"
			       "	[ -d \"$i\" ] || ! [ -e \"$i\" ] || . \"$i\"\n"
			       "done\n"
			       "DPKG_ARCH=$(dpkg --print-architecture)\n"
			       /* The order of scripts is to be the same wherever it is asked for:
				* no kernel of this machine.
				*/
			       "version=0.0.0 MODULESDIR=/lib/modules/0.0.0\n"
			       "DESTDIR=" DESTDIR "\n"
			       "__TMPCPIOGZ=/var/tmp/mkinitramfs-OL_000000\n"
			       "__TMPEARLYCPIO=/var/tmp/mkinitramfs-FW_000000\n"
			       "export MODULESDIR version CONFDIR DESTDIR DPKG_ARCH verbose KEYMAP "
			       "MODULES BUSYBOX RESUME\n"
			       "export FSTYPE __TMPCPIOGZ __TMPEARLYCPIO\n"
			       "exec env -0 >&3 3>&-\n";

static const char *const defaults[] = {
	OWN_PATH,
	"BUSYBOXDIR=",
	"MODULESDIR=/lib/modules/0.0.0",
	"version=0.0.0",
	"CONFDIR=/etc/initramfs-tools",
	"DESTDIR=/var/tmp/mkinitramfs_000000",
	"DPKG_ARCH=",
	"verbose=n",
	"KEYMAP=n",
	"MODULES=most",
	"BUSYBOX=auto",
	"__TMPCPIOGZ=/var/tmp/mkinitramfs-OL_000000",
	"__TMPEARLYCPIO=/var/tmp/mkinitramfs-FW_000000",
	NULL,
};

/* Strings that each end with a NUL, as an array that ends with NULL. */
static const char *const *split(struct arena *arena, const char *data, size_t size)
{
	VEC(const char *) strings = {0};

	for (const char *at = data; at < data + size; at += strlen(at) + 1)
		vec_push(arena, &strings, at);
	vec_push(arena, &strings, NULL);
	return strings.item;
}

static const char *last_line(struct arena *arena, const struct sandbox_result *result)
{
	const char *end = result->err + result->err_size, *start;

	while (end > result->err && end[-1] == '\n')
		end--;
	start = end;
	while (start > result->err && start[-1] != '\n')
		start--;
	if (start < end)
		return arena_strndup(arena, start, (size_t)(end - start));
	return result->timed_out ? "it takes too long" : "it ends mkinitramfs";
}

const char *const *mkinitramfs_environment(struct sandbox *sandbox, struct arena *arena,
					   const char **ret_complaint, const char **ret_why)
{
	static const char *const argv[] = {"sh", "-c", evaluate, "mkinitramfs", NULL};
	struct sandbox_result result;

	*ret_complaint = NULL;
	if (!sandbox_run(sandbox, arena, argv, mkinitramfs_bare_environment, &result, ret_why))
		return NULL;
	if (result.timed_out || result.too_long || result.status != 0 || result.out_size == 0) {
		*ret_complaint = last_line(arena, &result);
		return defaults;
	}
	return split(arena, result.out, result.out_size);
}
