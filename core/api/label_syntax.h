#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The form of names, label keys and label values (k8s.io/apimachinery util/validation). Each function returns what is
/// wrong, in the standard words; nothing when the text is right.
namespace coracle::api {

std::vector<std::string> qualifiedNameErrors(std::string_view text); ///< label and annotation keys
std::vector<std::string> labelValueErrors(std::string_view text);
std::vector<std::string> dns1123SubdomainErrors(std::string_view text);
std::vector<std::string> dns1123LabelErrors(std::string_view text);
std::vector<std::string> dns1035LabelErrors(std::string_view text);
std::vector<std::string> wildcardSubdomainErrors(std::string_view text); ///< "*." and a subdomain
std::vector<std::string> pathSegmentErrors(std::string_view text);       ///< may stand in a URL's path as it is

} // namespace coracle::api
