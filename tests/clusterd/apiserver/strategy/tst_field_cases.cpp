#include "clusterd/apiserver/conversion/convert.h"
#include "core/api/defaults.h"
#include "tests/clusterd/apiserver/support/case_file.h"
#include "tests/clusterd/apiserver/support/strategy_fixture.h"

#include <QDir>
#include <QTest>
#include <map>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FieldCase;
using coracle::test::StrategyFixture;

/// The rules of all kinds, as data: tests/clusterd/apiserver/strategy/cases/*.cases, in the form that
/// tests/clusterd/apiserver/support/case_file.h describes.
class FieldCasesTest : public QObject {
    Q_OBJECT

private slots:
    void rules_data() {
        QTest::addColumn<int>("index");
        const QDir folder(QStringLiteral(CASES_DIR));
        const QStringList files = folder.entryList({"*.cases"}, QDir::Files, QDir::Name);
        QVERIFY(!files.isEmpty());
        for (const QString &file : files) {
            try {
                for (FieldCase &one : test::readCases(folder.filePath(file).toStdString())) {
                    const std::string name = one.group + "/" + one.resource + one.version + " " + one.name;
                    QTest::newRow(name.c_str()) << static_cast<int>(m_cases.size());
                    m_cases.push_back(std::move(one));
                }
            } catch (const std::exception &error) {
                QFAIL(error.what());
            }
        }
    }

    void rules() {
        QFETCH(int, index);
        const FieldCase &one = m_cases[static_cast<size_t>(index)];
        std::string actual, expected;
        for (const std::string &line : one.expected)
            expected += line + "\n";
        try {
            actual = outcome(one);
        } catch (const std::exception &error) {
            QFAIL(error.what());
        }
        if (actual != expected)
            qInfo("it says:\n%s", actual.c_str());
        QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected));
        // A refused object has causes, an accepted one has none.
        if (one.sign != '~')
            QCOMPARE(actual.starts_with("FieldValue"), one.sign == '-');
    }

    /// Every kind that is served and written by people has accepted and refused objects here.
    void everyKindHasCases() {
        std::map<std::pair<std::string, std::string>, int> refused;
        for (const FieldCase &one : m_cases)
            refused[{one.group, one.resource}] += one.sign == '-';
        static constexpr std::string_view kElsewhere[] = {"services", "customresourcedefinitions"};
        // These have no rules beyond those of all metadata.
        static constexpr std::string_view kFree[] = {"serviceaccounts"};
        for (const api::ResourceInfo &resource : api::builtinResources()) {
            const bool stored = !resource.storagePrefix.empty();
            if (!stored || oneOf(resource.resource, kElsewhere) || oneOf(resource.resource, kFree))
                continue;
            const auto found = refused.find({std::string(resource.group), std::string(resource.resource)});
            QVERIFY2(found != refused.end() && found->second > 0,
                     (std::string(resource.group) + "/" + std::string(resource.resource)).c_str());
        }
    }

private:
    static const api::ResourceInfo &resourceOf(const FieldCase &one) {
        for (const auto resources : {api::builtinResources(), api::optionalResources()})
            for (const api::ResourceInfo &resource : resources)
                if (resource.group == one.group && resource.resource == one.resource &&
                    (one.version.empty() ? resource.version == resource.storageVersion
                                         : resource.version == one.version))
                    return resource;
        throw std::runtime_error("no resource " + one.group + "/" + one.resource + " " + one.version);
    }

    /// The causes, then the warnings when there are none.
    std::string outcome(const FieldCase &one) {
        const api::ResourceInfo &resource = resourceOf(one);
        const Strategy &strategy = m_fixture.table->strategyFor(resource);
        const JsonObject base = boost::json::parse(one.base).as_object();
        auto make = [&](std::string_view edits) {
            JsonObject object = test::edited(base, edits);
            if (resource.namespaced && textAt(object, "metadata", "namespace").empty())
                ensureObject(object, "metadata")["namespace"] = "shop";
            api::applyDefaults(resource, object);
            return object;
        };
        const StrategyContext context{.resource = resource, .subresource = one.subresource, .namespaceName = "shop"};
        std::vector<StatusCause> causes;
        std::vector<std::string> warnings;
        JsonObject object = make(one.sign == '~' ? one.before + " ; " + one.after : one.after);
        if (one.sign == '~') {
            const JsonObject old = make(one.before);
            strategy.prepareForUpdate(context, object, old);
            strategy.validateUpdate(context, object, old, causes);
            strategy.warnings(context, object, &old, warnings);
        } else {
            strategy.prepareForCreate(context, object);
            strategy.validate(context, object, causes);
            strategy.warnings(context, object, nullptr, warnings);
        }
        std::string text = causes.empty() ? std::string() : StrategyFixture::text(causes) + "\n";
        if (causes.empty())
            for (const std::string &warning : warnings)
                text += "warning: " + warning + "\n";
        for (size_t at = text.find('\n'); at != text.npos && at + 1 < text.size(); at = text.find('\n', at + 1))
            if (!startsLine(text, at + 1))
                text[at] = ' '; // a message of several lines
        return text;
    }

    static bool startsLine(std::string_view text, size_t at) {
        return text.substr(at).starts_with("FieldValue") || text.substr(at).starts_with("warning: ") ||
               text.substr(at).starts_with("InternalError");
    }

    StrategyFixture m_fixture;
    std::vector<FieldCase> m_cases;
};

QTEST_GUILESS_MAIN(FieldCasesTest)
#include "tst_field_cases.moc"
