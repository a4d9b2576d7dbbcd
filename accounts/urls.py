"""The addresses of accounts: signing in, people, roles and the log."""

from django.urls import path

from accounts.views import log, people, presence, roles, signin

app_name = "accounts"

urlpatterns = [
    path("", presence.Home.as_view(), name="home"),
    path("sign-in/", signin.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", signin.SignInCode.as_view(), name="sign_in_code"),
    path("sign-in/recovery/", signin.SignInRecovery.as_view(), name="sign_in_recovery"),
    path("sign-in/second-step/", signin.Enroll.as_view(), name="enroll"),
    path("practice/", presence.ChoosePractice.as_view(), name="choose_practice"),
    path("sign-out/", presence.SignOut.as_view(), name="sign_out"),
    path("stay/", presence.Stay.as_view(), name="stay"),
    path("theme/", presence.Theme.as_view(), name="theme"),
    path("people/", people.People.as_view(), name="people"),
    path("people/<uuid:member_id>/", people.Person.as_view(), name="person"),
    path("roles/", roles.Roles.as_view(), name="roles"),
    path("roles/<uuid:role_id>/", roles.Role.as_view(), name="role"),
    path("log/", log.Log.as_view(), name="log"),
]
