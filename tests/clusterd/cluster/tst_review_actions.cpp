#include "clusterd/cluster/review_actions.h"
#include "tests/clusterd/apiserver/support/protobuf_text.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/clusterd/apiserver/support/test_policies.h"

#include <QTest>
#include <algorithm>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using namespace coracle::test;

namespace json = boost::json;

namespace {

/// Knows one token, and lets "ann" read pods.
class Tokens final : public Authenticator {
public:
    Task<Result<std::optional<UserInfo>>> authenticate(const http::Request &) override { co_return std::nullopt; }
    Task<Result<std::optional<UserInfo>>> authenticateToken(std::string token, std::vector<std::string>) override {
        if (token != "good")
            co_return std::nullopt;
        co_return UserInfo{.name = "ann", .uid = "7", .groups = {"devs"}, .extra = {{"k", {"v", "w"}}}};
    }
};

class PodReaders final : public Authorizer {
public:
    Authorization authorize(const AuthorizationAttributes &asked) const override {
        const bool may = asked.user.name == "ann" && asked.verb == "get" && asked.resource == "pods";
        return {may ? Decision::Allow : Decision::NoOpinion, may ? "by test" : ""};
    }
    std::vector<EffectiveRule> rulesFor(const UserInfo &, std::string_view) const override {
        EffectiveRule rule;
        rule.verbs = {"get"};
        rule.groups = {""};
        rule.resources = {"pods"};
        return {rule};
    }
};

/// JSON written with single quotes, because moc miscounts raw strings.
std::string text(std::string quoted) {
    std::ranges::replace(quoted, '\'', '"');
    return quoted;
}

struct Fixture : TestApi {
    Tokens authenticator;
    PodReaders authorizer;
    pki::KeyPair key = pki::KeyPair::generateEcdsa().value();
    ServiceAccountTokens tokens{
        store(), systemClock(), systemRandom(), {.signingKey = key, .verificationKeys = {key.publicKey()}}};
    cluster::ReviewActions actions{server().registry(), authenticator, authorizer, tokens};

    Fixture() {
        must("/api/v1/namespaces", "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop'}}");
        must("/api/v1/namespaces/shop/serviceaccounts",
             "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'robot'}}");
        must("/api/v1/namespaces/shop/pods",
             "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},"
             "'spec':{'serviceAccountName':'robot','containers':[{'name':'c','image':'i'}]}}");
        must("/apis/apps/v1/namespaces/shop/deployments",
             "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'replicas':1,"
             "'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':"
             "{'containers':[{'name':'c','image':'i'}]}}}}");
    }
    void must(const std::string &target, const std::string &body) {
        const Answer answer = request("POST", target, text(body));
        if (answer.code != 201)
            qFatal("%s", answer.body.c_str());
    }
    /// Sends and takes protobuf; the answer as a document.
    json::object send(const std::string &method, const std::string &target, std::string_view body, int code = 201) {
        const Answer answer =
            request(method, target, body.empty() ? std::string() : toProtobuf(text(std::string(body))),
                    {{"Content-Type", kProtobuf}, {"Accept", kProtobuf}});
        if (answer.code != code || answer.headers.get("Content-Type") != kProtobuf)
            return {{"code", answer.code}, {"body", answer.body}};
        return fromProtobuf(answer.body);
    }
};

std::string at(const json::object &object, std::string_view pointer) {
    boost::system::error_code error;
    const json::value whole(object);
    const json::value *found = whole.find_pointer(pointer, error);
    return !found               ? json::serialize(object)
           : found->is_string() ? std::string(found->as_string())
                                : json::serialize(*found);
}

} // namespace

/// What is asked and not stored, as clients do that speak protobuf: kubelets, schedulers, client-go.
class ReviewActionsTest : public QObject {
    Q_OBJECT

private slots:
    void tokenReview() {
        Fixture f;
        const std::string target = "/apis/authentication.k8s.io/v1/tokenreviews";
        const auto good = f.send("POST", target,
                                 "{'apiVersion':'authentication.k8s.io/v1','kind':'TokenReview',"
                                 "'spec':{'token':'good','audiences':['api']}}");
        QCOMPARE(at(good, "/kind"), std::string("TokenReview"));
        QCOMPARE(at(good, "/status/authenticated"), std::string("true"));
        QCOMPARE(at(good, "/status/user/username"), std::string("ann"));
        QCOMPARE(at(good, "/status/user/groups"), text("['devs']"));
        QCOMPARE(at(good, "/status/user/extra/k"), text("['v','w']"));
        const auto bad = f.send("POST", target,
                                "{'apiVersion':'authentication.k8s.io/v1','kind':'TokenReview',"
                                "'spec':{'token':'bad'}}");
        QVERIFY(at(bad, "/status/authenticated") != "true");
    }

    void tokenRequest() {
        Fixture f;
        const auto made = f.send("POST", "/api/v1/namespaces/shop/serviceaccounts/robot/token",
                                 "{'apiVersion':'authentication.k8s.io/v1','kind':'TokenRequest','spec':{"
                                 "'audiences':['vault'],'expirationSeconds':1200,'boundObjectRef':{'kind':'Pod',"
                                 "'apiVersion':'v1','name':'p'}}}");
        QCOMPARE(at(made, "/kind"), std::string("TokenRequest"));
        QCOMPARE(at(made, "/spec/audiences"), text("['vault']"));
        QCOMPARE(at(made, "/spec/expirationSeconds"), std::string("1200"));
        QVERIFY(at(made, "/status/expirationTimestamp").ends_with("Z"));
        const auto user = f.tokens.verify(at(made, "/status/token"), {"vault"});
        QVERIFY2(user && *user, at(made, "/status").c_str());
        QCOMPARE((*user)->name, std::string("system:serviceaccount:shop:robot"));
    }

    void accessReviews() {
        Fixture f;
        const std::string group = "/apis/authorization.k8s.io/v1/";
        auto review = [](const char *kind, const char *spec) {
            return std::string("{'apiVersion':'authorization.k8s.io/v1','kind':'") + kind + "','spec':" + spec + "}";
        };
        const char *ann = "{'user':'ann','groups':['devs'],'extra':{'k':['v']},'resourceAttributes':"
                          "{'namespace':'shop','verb':'get','resource':'pods'}}";
        const auto allowed = f.send("POST", group + "subjectaccessreviews", review("SubjectAccessReview", ann));
        QCOMPARE(at(allowed, "/status/allowed"), std::string("true"));
        QCOMPARE(at(allowed, "/status/reason"), std::string("by test"));
        QCOMPARE(at(allowed, "/spec/extra/k"), text("['v']"));
        const auto local = f.send("POST", group + "namespaces/shop/localsubjectaccessreviews",
                                  review("LocalSubjectAccessReview", ann));
        QCOMPARE(at(local, "/status/allowed"), std::string("true"));
        const auto self =
            f.send("POST", group + "selfsubjectaccessreviews",
                   review("SelfSubjectAccessReview", "{'resourceAttributes':{'verb':'get','resource':'pods'}}"));
        QCOMPARE(at(self, "/kind"), std::string("SelfSubjectAccessReview"));
        QVERIFY(at(self, "/status/allowed") != "true"); // the tests' user is not ann
        const auto path = f.send(
            "POST", group + "subjectaccessreviews",
            review("SubjectAccessReview", "{'user':'ann','nonResourceAttributes':{'path':'/metrics','verb':'get'}}"));
        QVERIFY(at(path, "/status/allowed") != "true");
        QCOMPARE(at(path, "/spec/nonResourceAttributes/path"), std::string("/metrics"));
        const auto rules =
            f.send("POST", group + "selfsubjectrulesreviews", review("SelfSubjectRulesReview", "{'namespace':'shop'}"));
        QCOMPARE(at(rules, "/status/resourceRules/0/resources"), text("['pods']"));
    }

    void selfSubjectReview() {
        Fixture f;
        const auto self = f.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                                 "{'apiVersion':'authentication.k8s.io/v1','kind':'SelfSubjectReview'}");
        QCOMPARE(at(self, "/status/userInfo/username"), std::string("admin"));
    }

    void binding() {
        Fixture f;
        const auto bound = f.send("POST", "/api/v1/namespaces/shop/pods/p/binding",
                                  "{'apiVersion':'v1','kind':'Binding','metadata':{'name':'p'},'target':{"
                                  "'apiVersion':'v1','kind':'Node','name':'one'}}");
        QCOMPARE(at(bound, "/kind"), std::string("Status"));
        QCOMPARE(at(bound, "/status"), std::string("Success"));
        const Answer pod = f.request("GET", "/api/v1/namespaces/shop/pods/p");
        QVERIFY(pod.body.find(text("'nodeName':'one'")) != std::string::npos);
        // A second binding is a conflict, told in protobuf too.
        const auto again = f.send("POST", "/api/v1/namespaces/shop/bindings",
                                  "{'apiVersion':'v1','kind':'Binding','metadata':{'name':'p'},'target':{"
                                  "'kind':'Node','name':'two'}}",
                                  409);
        QCOMPARE(at(again, "/reason"), std::string("Conflict"));
    }

    void eviction() {
        Fixture f;
        const auto evicted = f.send("POST", "/api/v1/namespaces/shop/pods/p/eviction",
                                    "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'p'},"
                                    "'deleteOptions':{'gracePeriodSeconds':0}}");
        QCOMPARE(at(evicted, "/status"), std::string("Success"));
        QCOMPARE(f.request("GET", "/api/v1/namespaces/shop/pods/p").code, 404);
    }

    void scale() {
        Fixture f;
        const std::string target = "/apis/apps/v1/namespaces/shop/deployments/d/scale";
        const auto before = f.send("GET", target, "", 200);
        QCOMPARE(at(before, "/kind"), std::string("Scale"));
        QCOMPARE(at(before, "/spec/replicas"), std::string("1"));
        QCOMPARE(at(before, "/status/selector"), std::string("a=b"));
        const auto after = f.send("PUT", target,
                                  "{'apiVersion':'autoscaling/v1','kind':'Scale','metadata':{'name':'d',"
                                  "'namespace':'shop'},'spec':{'replicas':4}}",
                                  200);
        QCOMPARE(at(after, "/spec/replicas"), std::string("4"));
        QVERIFY(f.request("GET", target).body.find(text("'replicas':4")) != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ReviewActionsTest)
#include "tst_review_actions.moc"
