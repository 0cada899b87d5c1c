#include "app/lock/request_level.h"

#include <algorithm>
#include <array>

namespace coracle::app {

namespace {

struct Rule {
    const char *prefix;
    LockLevel::Value level;
};

/// The first that fits holds; what none fits is operating.
constexpr std::array kRules{
    Rule{"/apis/authorization.k8s.io/", LockLevel::Look},
    Rule{"/apis/authentication.k8s.io/", LockLevel::Look},
    Rule{"/apis/rbac.authorization.k8s.io/", LockLevel::Configure},
    Rule{"/apis/apiextensions.k8s.io/", LockLevel::Configure},
    Rule{"/apis/admissionregistration.k8s.io/", LockLevel::Configure},
    Rule{"/apis/apiregistration.k8s.io/", LockLevel::Configure},
    Rule{"/apis/certificates.k8s.io/", LockLevel::Configure},
    Rule{"/appliance/v1/nodes/", LockLevel::Operate},
    Rule{"/appliance/v1/operations/", LockLevel::Operate},
    Rule{"/appliance/v1/images", LockLevel::Operate},
    Rule{"/appliance/v1/storage/cleanup", LockLevel::Operate},
    Rule{"/appliance/v1/supportbundles", LockLevel::Operate},
    Rule{"/appliance/v1/upgrades/check", LockLevel::Look},
    Rule{"/appliance/v1/", LockLevel::Configure},
};

/// Parts of a pod by which commands run in it and connections reach it, whatever the request's method.
constexpr std::array kWaysIn{"/exec", "/attach", "/portforward"};

} // namespace

LockLevel::Value levelOf(const ApiRequest &request) {
    const QString path = request.path.section(u'?', 0, 0);
    const bool waysIn = std::any_of(kWaysIn.begin(), kWaysIn.end(),
                                    [&](const char *part) { return path.endsWith(QLatin1String(part)); });
    if (waysIn && path.section(u'/', -3, -3) == QLatin1String("pods"))
        return LockLevel::Operate;
    if (request.method == "GET" || request.method == "HEAD")
        return LockLevel::Look;
    if (request.path.mid(path.size()).contains(QLatin1String("dryRun=All")) ||
        path.endsWith(QLatin1String("/validate")))
        return LockLevel::Look;
    const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                   [&](const Rule &each) { return path.startsWith(QLatin1String(each.prefix)); });
    return rule == kRules.end() ? LockLevel::Operate : rule->level;
}

} // namespace coracle::app
