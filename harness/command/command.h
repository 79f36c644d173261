/* SPDX-License-Identifier: GPL-2.0-only */
/* The subcommands of kho-runner. Each parses its own arguments and returns an exit status. */
#ifndef KHO_COMMAND_COMMAND_H
#define KHO_COMMAND_COMMAND_H

#include "harness/model/error.h"

enum kho_exit kho_command_matrix(int argc, char **argv);
enum kho_exit kho_command_merge(int argc, char **argv);
enum kho_exit kho_command_cell(int argc, char **argv);
enum kho_exit kho_command_shell(int argc, char **argv);
enum kho_exit kho_command_reproduce(int argc, char **argv);
enum kho_exit kho_command_gdb(int argc, char **argv);
enum kho_exit kho_command_show(int argc, char **argv);
enum kho_exit kho_command_diff(int argc, char **argv);
enum kho_exit kho_command_export(int argc, char **argv);
enum kho_exit kho_command_list(int argc, char **argv);
enum kho_exit kho_command_judge(int argc, char **argv);
enum kho_exit kho_command_predict(int argc, char **argv);
enum kho_exit kho_command_advise(int argc, char **argv);
enum kho_exit kho_command_record(int argc, char **argv);
enum kho_exit kho_command_boundary(int argc, char **argv);
enum kho_exit kho_command_edges(int argc, char **argv);
enum kho_exit kho_command_shrink(int argc, char **argv);
enum kho_exit kho_command_series(int argc, char **argv);
/* Returns the statuses that git bisect wants: it says which. */
enum kho_exit kho_command_bisect_step(int argc, char **argv);

/* Prints an error as "kho-runner: MESSAGE" and returns its exit status. */
enum kho_exit kho_command_fail(const GError *error);

#endif
