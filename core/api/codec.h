#pragma once

#include "core/api/schema.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Objects as trees: what comes over the wire is checked against the schema tables and brought into one canonical form,
/// and that form is written as Go's encoder writes the same object.
///
/// The canonical form: members in the order of the table; unknown members dropped; scalars normalised (Quantity and
/// times as canonical text, a number for a Quantity becomes text); no null outside Raw values; empty members left out
/// where Go has omitempty, and of the others only scalars and structs by value written out ("status": {}).
namespace coracle::api {

/// What to do about unknown and duplicate members (the query parameter fieldValidation).
enum class FieldValidation : uint8_t { Ignore, Warn, Strict };

/// What a body must be.
struct BodyType {
    const TypeInfo &type;
    std::string_view apiVersion; ///< empty: any (options such as DeleteOptions come in any group's version)
    std::string_view kind;
};

struct DecodedBody {
    boost::json::object object;        ///< canonical, with apiVersion and kind
    std::vector<std::string> warnings; ///< of FieldValidation::Warn: texts for Warning headers
};

/// Decodes a request body. Errors are 400 BadRequest in kube-apiserver's words. The body may leave out apiVersion and
/// kind; the object has them nevertheless. Memory of the tree comes from the storage.
Result<DecodedBody> decodeBody(std::string_view json, const BodyType &expected, FieldValidation validation,
                               boost::json::storage_ptr storage = {});
/// The same for a tree (the outcome of a patch).
Result<DecodedBody> decodeBody(const boost::json::object &object, const BodyType &expected, FieldValidation validation,
                               boost::json::storage_ptr storage = {});

/// Reads an object that this server stored or made: unknown members are dropped.
Result<boost::json::object> decodeObject(std::string_view json, const TypeInfo &type,
                                         boost::json::storage_ptr storage = {});

/// Compact JSON with members in the order of the table. Members that the table does not know are left out; empty ones
/// are left out or written as zero or null as Go does, so the object need not be canonical.
std::string encodeObject(const TypeInfo &type, const boost::json::object &object);

/// Any JSON text as a tree, with the limits and the words of errors that decodeBody() has (a patch, a custom resource).
Result<boost::json::value> parseJson(std::string_view json, boost::json::storage_ptr storage = {});

/// YAML in the way of sigs.k8s.io/yaml: the JSON-compatible subset, keys become text, scalars are resolved by the rules
/// of YAML 1.1 ("yes" is a bool, 0644 is octal), merge keys and aliases are expanded, up to a limit on the outcome.
/// The first document as JSON text; "null" where there is none.
Result<std::string> yamlToJson(std::string_view yaml);
/// All documents of a stream, without the empty ones.
Result<std::vector<std::string>> yamlDocumentsToJson(std::string_view yaml);

} // namespace coracle::api
