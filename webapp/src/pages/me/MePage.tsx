// One's own login: name, password, second factor, where one is logged in.

import { getMe } from "../../api/account";
import { Header } from "../../components/Header";
import { Layout } from "../../components/Layout";
import { Waiting } from "../../components/Section";
import { useLoaded } from "../../components/use-loaded";
import { useTitle } from "../../components/use-title";
import { t } from "../../i18n";
import { keepMe } from "../../state/me";
import { Logins } from "./Logins";
import { Password } from "./Password";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";

export function MePage() {
  const answer = useLoaded(getMe);
  useTitle(t("me.title"));
  return (
    <Layout header={<Header />}>
      <div class="mx-auto max-w-2xl space-y-4 py-4 sm:py-8">
        <h1 class="text-xl font-semibold">{t("me.title")}</h1>
        <Waiting of={answer}>
          {(self) => (
            <>
              <Profile
                me={self}
                onChange={(changed) => {
                  answer.keep(changed);
                  keepMe(changed);
                }}
              />
              <Password me={self} />
              <SecondFactor
                isOn={self.second_factor}
                onChange={(isOn) => answer.keep({ ...self, second_factor: isOn })}
              />
              <Logins />
            </>
          )}
        </Waiting>
      </div>
    </Layout>
  );
}
