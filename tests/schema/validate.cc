// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds JSON files against a JSON Schema (draft 7), with valijson, which is C++.
 *
 *	validate [--strict] [--lines] [--definition=NAME] SCHEMA FILE...
 *
 * --strict: a key that the schema does not name is an error, so that no key goes undocumented. --lines: each line is a
 * document. --definition: it is definitions/NAME that documents are held against. Exit status: 0 all are valid, 1 one is
 * not, 2 bad usage, or a file that is no JSON.
 */
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

using nlohmann::json;

/* What names its properties has no others. */
static void make_strict(json &schema)
{
	if (schema.is_object() && schema.value("type", json()) != json() && schema.contains("properties"))
		schema["additionalProperties"] = false;
	for (auto &part : schema)
		if (part.is_structured())
			make_strict(part);
}

static bool complain(const std::string &name, valijson::ValidationResults &results)
{
	valijson::ValidationResults::Error error;
	std::string line;

	while (results.popError(error)) {
		line = name + ": ";
		for (const auto &part : error.context)
			line += part;
		std::cerr << line << ": " << error.description << "\n";
	}
	return false;
}

static bool is_valid(const valijson::Schema &schema, const std::string &name, const json &document)
{
	valijson::Validator validator;
	valijson::ValidationResults results;
	valijson::adapters::NlohmannJsonAdapter adapter(document);

	return validator.validate(schema, adapter, &results) || complain(name, results);
}

static bool check_file(const valijson::Schema &schema, const std::string &name, bool lines)
{
	std::ifstream file(name);
	std::string line;
	bool valid = true;

	if (!file)
		throw std::runtime_error(name + ": cannot be read");
	if (!lines)
		return is_valid(schema, name, json::parse(file));
	for (unsigned int number = 1; std::getline(file, line); number++)
		valid &= is_valid(schema, name + ":" + std::to_string(number), json::parse(line));
	return valid;
}

static int run(const std::vector<std::string> &files, bool strict, bool lines, const std::string &definition)
{
	std::ifstream file(files.at(0));
	json document = json::parse(file);
	valijson::Schema schema;
	bool valid = true;

	if (!definition.empty()) {
		if (!document.at("definitions").contains(definition))
			throw std::runtime_error(files[0] + ": has no definition " + definition);
		document["$ref"] = "#/definitions/" + definition;
	}
	if (strict)
		make_strict(document);
	valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema);
	for (size_t i = 1; i < files.size(); i++)
		valid &= check_file(schema, files[i], lines);
	return valid ? 0 : 1;
}

int main(int argc, char **argv)
{
	std::vector<std::string> files;
	std::string definition;
	bool strict = false, lines = false;

	for (int i = 1; i < argc; i++) {
		const std::string word = argv[i], prefix = "--definition=";

		if (word == "--strict")
			strict = true;
		else if (word == "--lines")
			lines = true;
		else if (word.compare(0, prefix.size(), prefix) == 0)
			definition = word.substr(prefix.size());
		else
			files.push_back(word);
	}
	if (files.size() < 2) {
		std::cerr << "usage: validate [--strict] [--lines] [--definition=NAME] SCHEMA FILE...\n";
		return 2;
	}
	try {
		return run(files, strict, lines, definition);
	} catch (const std::exception &error) {
		std::cerr << "validate: " << error.what() << "\n";
		return 2;
	}
}
