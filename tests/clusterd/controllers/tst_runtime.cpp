#include "clusterd/controllers/expectations.h"
#include "core/api/types/core_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr std::string_view kOwner = "ReplicaSet";

/// A pod of the set "s" with that UID; without one, of nobody.
api::ObjectPtr pod(const std::string &ownerUid, bool deleting = false) {
    const std::string owner =
        ownerUid.empty()
            ? ""
            : fmt::format(R"(,"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"s","uid":"{}",)"
                          R"("controller":true}}])",
                          ownerUid);
    return *api::Object::parse(
        fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p","namespace":"d","uid":"u"{}{}}}}})",
                    owner, deleting ? R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")" : ""));
}

} // namespace

class RuntimeTest : public QObject {
    Q_OBJECT

private slots:
    /// Of a real API server.
    void whatIsGone() {
        test::ControllersFixture f;
        const api::ResourceInfo &resource = corev1::ConfigMap::resource();
        const auto patch = [&](const char *name, const char *metadata) {
            return f.api.run(f.api.client().patch(resource, "default", name, client::PatchType::Merge,
                                                  fmt::format(R"({{"metadata":{}}})", metadata)));
        };
        f.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}})");
        const auto another = patch("a", R"({"uid":"another"})");
        QCOMPARE(another.error().code, 422);
        QVERIFY(isGone(another.error()) && ignoreNotFound(another));
        const auto absent = patch("b", "{}");
        QVERIFY(isGone(absent.error()) && ignoreNotFound(absent));
        const auto invalid = patch("a", R"({"labels":{"-":"-"}})");
        QCOMPARE(invalid.error().code, 422);
        QVERIFY(!isGone(invalid.error()) && !ignoreNotFoundOrConflict(invalid));
        const auto stale = patch("a", R"({"resourceVersion":"1"})");
        QCOMPARE(stale.error().code, 409);
        QVERIFY(!isGone(stale.error()) && !ignoreNotFound(stale) && ignoreNotFoundOrConflict(stale));
        QVERIFY(ignoreNotFound(patch("a", "{}")));
        client::DeleteOptions options;
        options.preconditionUid = "another";
        const auto removed = f.api.run(f.api.client().remove(resource, "default", "a", options));
        QCOMPARE(removed.error().code, 409);
        QVERIFY(ignoreNotFoundOrConflict(removed));
    }

    void expectationsFollowTheirOwners() {
        test::ManualClock clock;
        Expectations expectations(clock);
        expectations.expectCreations("d/s", 2);
        expectations.observe(kOwner, nullptr, pod("1"));
        QVERIFY(!expectations.satisfied("d/s"));
        expectations.observe(kOwner, nullptr, pod("")); // nobody's
        expectations.observe("Job", nullptr, pod("1"));
        QVERIFY(!expectations.satisfied("d/s"));
        expectations.observe(kOwner, nullptr, pod("1"));
        QVERIFY(expectations.satisfied("d/s"));

        struct Row {
            const char *name;
            api::ObjectPtr after;
            bool counts;
        };
        const Row rows[] = {{"changed", pod("1"), false},
                            {"marked", pod("1", true), true},
                            {"gone", nullptr, true},
                            {"released", pod(""), true},
                            {"taken by another set of the name", pod("2"), true}};
        for (const Row &row : rows) {
            expectations.expectDeletion("d/s", "u");
            expectations.observe(kOwner, pod("1"), row.after);
            QVERIFY2(expectations.satisfied("d/s") == row.counts, row.name);
            expectations.forget("d/s");
        }
    }

    void expectationsLapse() {
        test::ManualClock clock;
        Expectations expectations(clock);
        expectations.expectCreations("d/s", 1);
        clock.advance(Expectations::kLapseAfter - std::chrono::seconds(1));
        QVERIFY(!expectations.satisfied("d/s"));
        clock.advance(std::chrono::seconds(1));
        QVERIFY(expectations.satisfied("d/s"));
    }
};

QTEST_GUILESS_MAIN(RuntimeTest)
#include "tst_runtime.moc"
