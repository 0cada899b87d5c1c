#include "clusterd/apiserver/authentication/reviews.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;

namespace {

/// May impersonate exactly what the list names: "resource[/sub] [namespace/]name".
class ListAuthorizer final : public Authorizer {
public:
    explicit ListAuthorizer(std::vector<std::string> allowed) : m_allowed(std::move(allowed)) {}
    Authorization authorize(const AuthorizationAttributes &asked) const override {
        std::string key = asked.resource + (asked.subresource.empty() ? "" : "/" + asked.subresource) + " " +
                          (asked.namespaceName.empty() ? "" : asked.namespaceName + "/") + asked.name;
        const bool listed = std::ranges::find(m_allowed, key) != m_allowed.end();
        return {asked.verb == "impersonate" && listed ? Decision::Allow : Decision::NoOpinion, {}};
    }
    std::vector<EffectiveRule> rulesFor(const UserInfo &, std::string_view) const override { return {}; }

private:
    std::vector<std::string> m_allowed;
};

class OneToken final : public Authenticator {
public:
    Task<Result<std::optional<UserInfo>>> authenticate(const http::Request &) override { co_return std::nullopt; }
    Task<Result<std::optional<UserInfo>>> authenticateToken(std::string token, std::vector<std::string>) override {
        if (token != "good")
            co_return errors::unauthorized("invalid bearer token");
        co_return UserInfo{.name = "ann", .uid = "7", .groups = {"devs"}, .extra = {{"k", {"v"}}}};
    }
};

JsonObject review(const std::string &token) {
    OneToken authenticator;
    boost::asio::io_context context;
    Result<JsonObject> result = JsonObject();
    boost::asio::co_spawn(context, reviewToken(authenticator, JsonObject{{"spec", JsonObject{{"token", token}}}}),
                          [&](std::exception_ptr, Result<JsonObject> value) { result = std::move(value); });
    context.run();
    return result ? *result : JsonObject{{"code", result.error().code}};
}

} // namespace

class ReviewsTest : public QObject {
    Q_OBJECT

private slots:
    void tokenReviews() {
        const JsonObject good = review("good");
        QVERIFY(flagAt(good, "status", "authenticated"));
        QCOMPARE(std::string(textAt(good, "status", "user", "username")), std::string("ann"));
        const JsonObject bad = review("bad");
        QVERIFY(!flagAt(bad, "status", "authenticated"));
        QCOMPARE(std::string(textAt(bad, "status", "error")), std::string("invalid bearer token"));
        QCOMPARE(intAt(review(""), "code"), int64_t(400));
    }

    void selfReview() {
        const JsonObject answer = reviewSelf(JsonObject(), {.name = "ann", .groups = {"a", "b"}});
        QCOMPARE(answer, json(R"({"status":{"userInfo":{"username":"ann","groups":["a","b"]}}})"));
    }

    void impersonation_data() {
        using Headers = QList<QPair<QString, QString>>;
        QTest::addColumn<Headers>("headers");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("groups");
        QTest::addColumn<int>("code");
        QTest::newRow("none") << Headers{} << "" << QStringList{} << 0;
        QTest::newRow("user") << Headers{{"Impersonate-User", "bob"}} << "bob" << QStringList{"system:authenticated"}
                              << 0;
        QTest::newRow("other user") << Headers{{"Impersonate-User", "eve"}} << "" << QStringList{} << 403;
        QTest::newRow("group") << Headers{{"Impersonate-User", "bob"}, {"Impersonate-Group", "devs"}} << "bob"
                               << QStringList{"devs", "system:authenticated"} << 0;
        QTest::newRow("other group") << Headers{{"Impersonate-User", "bob"}, {"Impersonate-Group", "system:masters"}}
                                     << "" << QStringList{} << 403;
        QTest::newRow("group without user") << Headers{{"Impersonate-Group", "devs"}} << "" << QStringList{} << 400;
        QTest::newRow("account") << Headers{{"Impersonate-User", "system:serviceaccount:shop:robot"}}
                                 << "system:serviceaccount:shop:robot"
                                 << QStringList{"system:serviceaccounts", "system:serviceaccounts:shop",
                                                "system:authenticated"}
                                 << 0;
        QTest::newRow("extra") << Headers{{"Impersonate-User", "bob"}, {"Impersonate-Extra-Scopes%2fx", "read"}}
                               << "bob" << QStringList{"system:authenticated"} << 0;
        QTest::newRow("other extra") << Headers{{"Impersonate-User", "bob"}, {"Impersonate-Extra-Scopes%2fx", "write"}}
                                     << "" << QStringList{} << 403;
        QTest::newRow("anonymous") << Headers{{"Impersonate-User", "system:anonymous"}} << "system:anonymous"
                                   << QStringList{"system:unauthenticated"} << 0;
    }
    void impersonation() {
        using Headers = QList<QPair<QString, QString>>;
        QFETCH(Headers, headers);
        QFETCH(QString, name);
        QFETCH(QStringList, groups);
        QFETCH(int, code);
        const ListAuthorizer authorizer({"users bob", "users system:anonymous", "groups devs",
                                         "serviceaccounts shop/robot", "userextras/scopes/x read"});
        http::Headers sent;
        for (const auto &[key, value] : headers)
            sent.add(key.toStdString(), value.toStdString());
        const auto user = impersonatedUser(authorizer, {.name = "ann"}, sent);
        QCOMPARE(user ? 0 : user.error().code, code);
        if (!user)
            return;
        QCOMPARE(user->has_value(), !name.isEmpty());
        if (!*user)
            return;
        QCOMPARE((*user)->name, name.toStdString());
        QCOMPARE((*user)->groups.size(), size_t(groups.size()));
        for (const QString &group : groups)
            QVERIFY((*user)->inGroup(group.toStdString()));
    }
};

QTEST_GUILESS_MAIN(ReviewsTest)
#include "tst_reviews.moc"
