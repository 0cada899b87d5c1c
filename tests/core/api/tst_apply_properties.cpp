#include "core/api/field_managers.h"
#include "core/api/managed_fields.h"
#include "core/api/typed_walk.h"
#include "tests/core/api/support/json_text.h"
#include "tests/core/api/support/typed_schema.h"

#include <QTest>
#include <random>

using namespace coracle;
using namespace coracle::api;
using namespace coracle::test;
namespace json = boost::json;

namespace {

/// Makes things from a seed: small alphabets, so that managers meet at the same fields.
class Maker {
public:
    explicit Maker(unsigned seed) : m_random(seed) {}

    unsigned below(unsigned limit) { return unsigned(m_random() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }
    std::string letter() { return std::string(1, char('a' + below(4))); }

    json::object thing() {
        json::object object{{"apiVersion", "t/v1"}, {"kind", "Thing"}};
        if (chance(50))
            object["count"] = int64_t(below(3)) + 1;
        if (chance(50))
            object["labels"] = map();
        if (chance(40))
            object["notes"] = map();
        if (chance(50))
            object["names"] = letters();
        if (chance(40))
            object["args"] = json::array{letter(), letter()};
        if (chance(60))
            object["ports"] = ports();
        if (chance(40))
            object["pair"] = pair();
        if (chance(40))
            object["whole"] = pair();
        if (chance(30))
            object["raw"] = json::object{{letter(), map()}, {letter(), json::array{1, letter()}}};
        return object;
    }

private:
    json::object map() {
        json::object object;
        for (unsigned i = below(3) + 1; i > 0; --i)
            object[letter()] = letter();
        return object;
    }
    json::array letters() {
        json::array list;
        for (char c = 'a'; c < 'e'; ++c)
            if (chance(50))
                list.insert(list.begin() + below(unsigned(list.size()) + 1), json::value(std::string(1, c)));
        return list.empty() ? json::array{"a"} : list;
    }
    json::object pair() {
        json::object object{{"x", int64_t(below(3))}};
        if (chance(50))
            object["y"] = int64_t(below(3));
        return object;
    }
    json::array ports() {
        json::array list;
        for (int64_t number : {1, 9, 80})
            if (chance(60)) {
                json::object port{{"port", number}};
                if (chance(30))
                    port["protocol"] = chance(50) ? "UDP" : "TCP";
                if (chance(50))
                    port["note"] = letter();
                if (chance(30))
                    port["tags"] = letters();
                list.insert(list.begin() + below(unsigned(list.size()) + 1), port);
            }
        return list.empty() ? json::array{json::object{{"port", 1}}} : list;
    }

    std::mt19937 m_random;
};

FieldWriter writer(const std::string &manager, int at) {
    return {.type = &kThing,
            .manager = manager,
            .apiVersion = "t/v1",
            .subresource = "",
            .now = Stamp::Point(std::chrono::seconds(1'000'000'000 + at)),
            .kind = "Thing",
            .ownable = {},
            .inVersion = {}};
}

Shape thingShape() {
    return Shape::of(&kThing);
}

FieldSet owned(const json::object &object, const char *manager) {
    const FieldManagers managers = readManagers(object).value();
    for (const auto &[who, fields] : managers)
        if (who.name == manager)
            return fields.fields;
    return {};
}

json::object bare(const json::object &object) {
    json::object result = object;
    result.erase("metadata");
    return result;
}

bool covers(const FieldSet &all, const FieldSet &part) {
    return FieldSet::subtract(part, all).empty();
}

/// Values without a schema may be granular in the one object and atomic in the other.
FieldSet withoutRaw(const FieldSet &fields) {
    return FieldSet::subtractBranches(fields, FieldSet::fromJson(readJson("{'f:raw':{}}")).value());
}

/// What the configuration asks for must be in the object, wherever it can be looked at field by field.
bool holds(const json::object &object, const json::object &configuration) {
    const Difference difference = differenceOf(configuration, object, thingShape());
    return difference.removed.empty() && difference.modified.empty();
}

constexpr int kSeeds = 100;

} // namespace

/// What must hold for any objects, tried on many from fixed seeds.
class ApplyPropertiesTest : public QObject {
    Q_OBJECT

private slots:
    void setsFollowTheirAlgebra() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            const FieldSet a = fieldsOf(make.thing(), thingShape()), b = fieldsOf(make.thing(), thingShape());
            QCOMPARE(FieldSet::unite(a, b).paths(), FieldSet::unite(b, a).paths());
            QVERIFY(FieldSet::unite(FieldSet::subtract(a, b), FieldSet::intersect(a, b)) == a);
            QVERIFY(FieldSet::intersect(FieldSet::subtract(a, b), b).empty());
            QVERIFY(covers(FieldSet::subtract(a, b), FieldSet::subtractBranches(a, b)));
            QVERIFY(FieldSet::fromJson(a.toJson()).value() == a);
        }
    }

    void comparesAndMergesConsistently() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            const json::object a = make.thing(), b = make.thing();
            const Difference same = differenceOf(a, a, thingShape());
            QVERIFY(same.added.empty() && same.removed.empty() && same.modified.empty());
            const Difference there = differenceOf(a, b, thingShape()), back = differenceOf(b, a, thingShape());
            QVERIFY(there.added == back.removed && there.removed == back.added && there.modified == back.modified);
            // Merging only adds and changes; the result has everything of the overlay, and doing it again is nothing.
            const json::object merged = mergeTyped(a, b, thingShape()).as_object();
            QVERIFY(withoutRaw(differenceOf(a, merged, thingShape()).removed).empty());
            QVERIFY2(holds(merged, b), jsonText(merged) + jsonText(b));
            QCOMPARE(jsonText(mergeTyped(merged, b, thingShape())), jsonText(merged));
            QCOMPARE(jsonText(mergeTyped(a, a, thingShape())), jsonText(a));
            // Without its own fields nothing is left; without those of others nothing is lost.
            QCOMPARE(jsonText(withoutFields(a, fieldsOf(a, thingShape()), thingShape())), QByteArray("{}"));
            const FieldSet others =
                withoutRaw(FieldSet::subtract(fieldsOf(b, thingShape()), fieldsOf(a, thingShape())));
            QCOMPARE(jsonText(withoutFields(a, others, thingShape())), jsonText(a));
        }
    }

    void applyingTwiceIsApplyingOnce() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            const json::object base = make.thing(), configuration = make.thing();
            json::object live = base;
            trackUpdate(writer("creator", 0), nullptr, live);
            const json::object once = applyConfiguration(writer("a", 1), live, configuration, Conflicts::Force).value();
            const json::object twice =
                applyConfiguration(writer("a", 2), once, configuration, Conflicts::Refuse).value();
            QCOMPARE(jsonText(twice), jsonText(once));
            QVERIFY2(holds(bare(once), configuration), jsonText(once) + jsonText(configuration));
        }
    }

    void givingUpReturnsToTheObjectBefore() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            json::object live = make.thing();
            trackUpdate(writer("creator", 0), nullptr, live);
            // Only what does not change the creator's fields: then nothing of it may be left afterwards.
            const auto made = applyConfiguration(writer("a", 1), live, make.thing(), Conflicts::Refuse);
            if (!made) {
                QCOMPARE(made.error().code, 409);
                continue;
            }
            const json::object nothing{{"apiVersion", "t/v1"}, {"kind", "Thing"}};
            const json::object back = applyConfiguration(writer("a", 2), *made, nothing, Conflicts::Refuse).value();
            const Difference left = differenceOf(bare(live), bare(back), thingShape());
            QVERIFY2(left.added.empty() && left.removed.empty() && left.modified.empty(),
                     jsonText(live) + jsonText(back));
            QVERIFY(owned(back, "a").empty());
        }
    }

    /// Several managers apply and update in any order; after each step the owners must make sense.
    void ownersStayConsistent() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            json::object live = make.thing();
            trackUpdate(writer("creator", 0), nullptr, live);
            for (int step = 1; step <= 8; ++step) {
                const std::string manager = make.letter();
                const json::object wish = make.thing();
                const json::object before = live;
                if (make.chance(70)) {
                    auto made = applyConfiguration(writer(manager, step), live, wish, Conflicts::Force);
                    QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
                    live = std::move(*made);
                    QVERIFY2(holds(bare(live), wish), jsonText(live) + jsonText(wish));
                } else {
                    json::object fresh = wish;
                    trackUpdate(writer(manager + "-updater", step), &live, fresh);
                    live = std::move(fresh);
                }
                checkOwners(before, live);
            }
        }
    }

    void refusalsAndForceAgree() {
        int refusals = 0;
        for (int seed = 0; seed < kSeeds; ++seed) {
            Maker make(seed);
            json::object live = make.thing();
            trackUpdate(writer("creator", 0), nullptr, live);
            const json::object wish = make.thing();
            const auto gentle = applyConfiguration(writer("a", 1), live, wish, Conflicts::Refuse);
            const auto forced = applyConfiguration(writer("a", 1), live, wish, Conflicts::Force).value();
            if (gentle) {
                QCOMPARE(jsonText(*gentle), jsonText(forced));
                continue;
            }
            ++refusals;
            // The creator loses just what the conflicts name.
            const FieldSet lost = FieldSet::subtract(owned(live, "creator"), owned(forced, "creator"));
            std::vector<std::string> named;
            for (const StatusCause &cause : gentle.error().causes)
                named.push_back(cause.field);
            std::ranges::sort(named);
            std::vector<std::string> paths = lost.paths();
            std::ranges::sort(paths);
            QVERIFY2(std::ranges::includes(paths, named), jsonText(live) + jsonText(wish));
            QVERIFY(holds(bare(live), bare(live)));
        }
        QVERIFY(refusals > kSeeds / 10);
    }

private:
    static void checkOwners(const json::object &before, const json::object &live) {
        const FieldSet all = fieldsOf(bare(live), thingShape());
        FieldSet any;
        const FieldManagers managers = readManagers(live).value();
        for (const auto &[manager, entry] : managers) {
            QVERIFY(!entry.fields.empty());
            // Nobody owns what is not there. (Maps and lists count even when their members are all somebody else's.)
            const FieldSet named = withNamedParents(all, thingShape());
            QVERIFY2(covers(named, entry.fields), jsonText(entry.fields.toJson()) + jsonText(live));
            any = FieldSet::unite(any, entry.fields);
        }
        // What this step changed has an owner, unless the object had none before and was not applied.
        if (managers.empty())
            return;
        const Difference change = differenceOf(bare(before), bare(live), thingShape());
        const FieldSet changed = FieldSet::intersect(FieldSet::unite(change.added, change.modified), all);
        const FieldSet system = FieldSet::fromJson(readJson("{'f:apiVersion':{},'f:kind':{}}")).value();
        QVERIFY2(covers(any, FieldSet::subtract(changed, system)), jsonText(changed.toJson()) + jsonText(live));
        // And the list reads back as it was written.
        json::object copy;
        writeManagers(managers, copy);
        QCOMPARE(copy.contains("metadata"), !managers.empty());
        if (!managers.empty())
            QCOMPARE(jsonText(copy.at("metadata").at("managedFields")),
                     jsonText(live.at("metadata").at("managedFields")));
    }
};

QTEST_GUILESS_MAIN(ApplyPropertiesTest)
#include "tst_apply_properties.moc"
