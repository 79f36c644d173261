// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/reports.h"

#include "harness/report/html.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "harness/report/ktap.h"

bool kho_reports_write(const struct kho_results *results, const struct kho_run *run, GError **error)
{
	g_autofree char *json = kho_json_run(run);
	g_autofree char *junit = kho_junit(run);
	g_autofree char *ktap = kho_ktap(run);
	g_autofree char *html = kho_html(run, run->directory);

	return kho_results_write(results, "results.json", json, error) &&
	       kho_results_write(results, "junit.xml", junit, error) &&
	       kho_results_write(results, "results.ktap", ktap, error) &&
	       kho_results_write(results, "report.html", html, error);
}
